-- Connections made by OAuth: sealed tokens, and sign-ins that are under way.

-- local
create table connection_grants (
  connection_id text not null primary key,
  vendor text not null,
  -- The vendor's id of the account, and what was granted: not secret.
  account text not null,
  scopes text[] not null,
  key_id text not null,
  -- The tokens, encrypted.
  sealed text not null,
  -- Counts the grants kept: a renewal writes only over the one it began with.
  generation integer not null,
  -- Set while a renewal is on its way to the vendor and back: found later, somebody died meanwhile.
  renewal_began_at timestamptz,
  connected_at timestamptz not null,
  renewed_at timestamptz not null,
  -- Why it must be connected again; null while it is good.
  lost_reason text,
  lost_at timestamptz
);

-- local
create table sign_ins (
  state_hash text not null primary key,
  connection_id text not null,
  vendor text not null,
  redirect_uri text not null,
  -- Hash of the secret of the browser or process that began it.
  begun_by text not null,
  key_id text not null,
  sealed_verifier text not null,
  expires_at timestamptz not null
);
