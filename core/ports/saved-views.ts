/** A list that somebody keeps under a name. */
export interface SavedView {
  viewId: string;
  name: string;
  /** Search, filters and order, as the console's address has them. */
  query: string;
}

/** Lists that people keep; everybody sees their own. */
export interface SavedViews {
  /** By name. */
  list(owner: string): Promise<readonly SavedView[]>;
  /** Another of the same name is replaced. */
  save(owner: string, view: { name: string; query: string }): Promise<SavedView>;
  /** Throws DataError when the owner has no such view. */
  remove(owner: string, viewId: string): Promise<void>;
}
