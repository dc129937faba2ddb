/** x */
export default function CustomerPage({ customer }: { customer: string }) {
  return <p>{customer}</p>;
}
