/**
 * How many of these characters a text ends in. A pattern such as `/x+$/` looks at a run of them from each of its places anew, which takes the square of
 * its length where it does not stand at the end.
 */
export function trailing(text: string, characters: string): number {
	let at = text.length;
	while (at > 0 && characters.includes(text.charAt(at - 1))) at--;
	return text.length - at;
}

export function withoutTrailing(text: string, characters: string): string {
	return text.slice(0, text.length - trailing(text, characters));
}
