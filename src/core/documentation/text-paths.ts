/** Characters that end a path in prose; a backslash left over belongs to no name that documentation gives. */
const word = /(?<![\w./:~$}>@%*+-])\/[^\s"'`\u00b4\u2018\u2019\u201c\u201d()|;,\\^]*/g;
/** What stands for something else: variables, patterns, omissions, and the words that examples are made of. */
const placeholder =
	/[<>{}$%*?[\]\u2026=!#&]|\.\.\.|\/\.\.?(\/|$)|(^|[/._-])(foo|bar|baz|example|xxx+|path[/._-]to|your\w*|my[-_]\w*|my(app|site|host|server|domain))([/._-]|$)/i;
const version = /[A-Z]\.[A-Z]/;
/** A longer one is no path that anybody documents. */
const longest = 1024;

/**
 * Absolute paths that a text names, each with the place where it begins. Not those with a placeholder in them; of a pattern for all files of a
 * directory, the directory.
 */
export function pathsIn(text: string): { readonly path: string; readonly at: number }[] {
	const found: { path: string; at: number }[] = [];
	for (const { 0: raw, index } of text.matchAll(word)) {
		if (raw.length > longest) continue;
		const path = raw
			.replace(/[.:!?>]+$/, "")
			.replace(/\/\*(\.\w+)?$/, "")
			.replace(/(.)\/+$/, "$1");
		if (path.length < 3 || path.startsWith("//") || placeholder.test(path) || version.test(path)) continue;
		found.push({ path, at: index });
	}
	return found;
}
