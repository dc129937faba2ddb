/**
 * What a track event can mean: an order as it stands, a refund, a cancellation, a person who opted out of messages, engagement on
 * one of four channels, or nothing of ours.
 */
export const MEANINGS = [
  'order',
  'order-update',
  'refund',
  'cancellation',
  'opt-out',
  'web',
  'product',
  'email',
  'support',
  'ignore',
] as const;
export type Meaning = (typeof MEANINGS)[number];

/**
 * What the events of Segment's specs mean (e-commerce, email, B2B SaaS, live chat). The settings add to it and override it. What was
 * done to a person (an e-mail delivered) is no engagement.
 * https://segment.com/docs/connections/spec/
 */
export const SHIPPED_MEANINGS: Readonly<Record<string, Meaning>> = {
  'Order Completed': 'order',
  'Order Updated': 'order-update',
  'Order Refunded': 'refund',
  'Order Cancelled': 'cancellation',

  'Products Searched': 'web',
  'Product List Viewed': 'web',
  'Product List Filtered': 'web',
  'Promotion Viewed': 'web',
  'Promotion Clicked': 'web',
  'Product Clicked': 'web',
  'Product Viewed': 'web',
  'Product Added': 'web',
  'Product Removed': 'web',
  'Cart Viewed': 'web',
  'Checkout Started': 'web',
  'Checkout Step Viewed': 'web',
  'Checkout Step Completed': 'web',
  'Payment Info Entered': 'web',
  'Coupon Entered': 'web',
  'Coupon Applied': 'web',
  'Coupon Denied': 'web',
  'Coupon Removed': 'web',
  'Product Added to Wishlist': 'web',
  'Product Removed from Wishlist': 'web',
  'Wishlist Product Added to Cart': 'web',
  'Product Shared': 'web',
  'Cart Shared': 'web',
  'Product Reviewed': 'web',

  'Email Opened': 'email',
  'Email Link Clicked': 'email',
  'Email Delivered': 'ignore',
  'Email Bounced': 'ignore',
  'Email Marked as Spam': 'opt-out',
  Unsubscribed: 'opt-out',

  'Account Created': 'product',
  'Account Deleted': 'ignore',
  'Signed Up': 'product',
  'Signed In': 'product',
  'Signed Out': 'product',
  'Invite Sent': 'product',
  'Account Added User': 'product',
  'Account Removed User': 'ignore',
  'Trial Started': 'product',
  'Trial Ended': 'ignore',

  'Live Chat Conversation Started': 'support',
  'Live Chat Message Sent': 'support',
  'Live Chat Message Received': 'ignore',
  'Live Chat Conversation Ended': 'ignore',
};
