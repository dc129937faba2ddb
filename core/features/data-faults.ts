/** What rules of data quality found about one customer's data, and nobody has mended or accepted. */
export interface DataFaults {
  /** Sales and activities kept out of the book. */
  keptOut: number;
  /** Sales and activities that are counted though something is odd about them. */
  odd: number;
  /** Whether it is in doubt whose the records are. */
  doubtfulIdentity: boolean;
  /** Whether a contact looks made for a test. */
  testAccount: boolean;
  /** Whether an address, a name or another field of a contact is damaged. */
  damagedContact: boolean;
}
