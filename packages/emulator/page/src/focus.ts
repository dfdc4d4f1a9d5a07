/** Whether the focus stays in the element that listens when it leaves something in it. */
export function hasFocusWithin({ currentTarget, relatedTarget }: FocusEvent): boolean {
  return (
    currentTarget instanceof Node &&
    relatedTarget instanceof Node &&
    currentTarget.contains(relatedTarget)
  );
}
