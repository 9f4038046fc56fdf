/** Does one thing `count` times, a bounded number of them at once. */
export async function atOnce(count: number, one: (index: number) => Promise<unknown>, width = 16): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < count; index = next++) await one(index);
  };
  await Promise.all(Array.from({ length: Math.min(width, count) }, worker));
}
