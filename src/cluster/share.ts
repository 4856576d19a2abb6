/** Of `total` things the part of the one at `index` among `size`: as even as it goes, none left over. */
export function shareOf(total: number, size: number, index: number): number {
  return Math.floor(total / size) + (index < total % size ? 1 : 0);
}
