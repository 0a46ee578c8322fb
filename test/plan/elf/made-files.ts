import { file, link, type Node, tree } from "../tree.ts";

/** A machine in memory: contents by path (text is latin1), links to absolute real paths, and files that are not executable. */
export function madeFiles(
	contents: Readonly<Record<string, Buffer | string>>,
	links: Readonly<Record<string, string>> = {},
	plain: readonly string[] = [],
) {
	const nodes: Record<string, Node> = {};
	for (const [path, content] of Object.entries(contents)) {
		const bytes = typeof content === "string" ? Buffer.from(content, "latin1") : content;
		nodes[path] = file(bytes, { mode: plain.includes(path) ? 0o644 : 0o755 });
	}
	for (const [path, target] of Object.entries(links)) nodes[path] = link(target);
	return tree(nodes);
}
