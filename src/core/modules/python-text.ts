/** An `import` statement. `from . import a` has no name, one level and the name `a`. */
export interface PythonImport {
	readonly module: string;
	/** Dots in front of the module. */
	readonly level: number;
	/** Names after `import`, which may be modules too; `*` for all. */
	readonly names: readonly string[];
	/** It is indented, so that it may run later than the module is loaded. */
	readonly isNested: boolean;
}

export interface PythonText {
	readonly imports: readonly PythonImport[];
	/** Text literals that look like the names of modules: `"logging.handlers"`, and whatever `__import__` is called with. */
	readonly literals: readonly string[];
	/** Modules are loaded by names that the program computes. */
	readonly isDynamic: boolean;
}

const guard = /^([ \t]*)(?:el)?if[ \t(]+(?:[\w.]+\.)?TYPE_CHECKING\b/;
const mainGuard = /^([ \t]*)if[ \t(]+__name__[ \t]*==[ \t]*"__main__"/;
const statement =
	/(?:^|[;:])[ \t]*(?:import[ \t]+([\w.][^;\n]*)|from[ \t]+(\.*)[ \t]*([\w.]*)[ \t]+import[ \t]*(?:\(([^)]{0,20000})\)|([^;\n]+)))/gm;
const loading = /\b(?:__import__|import_module|load_module|resolve_name)[ \t]*\([ \t\n]*(?:"([\w.]+)"[ \t\n]*[,)])?/g;
const dotted = /"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+)"/g;

/** Reads a source without parsing it: what looks like an import counts as one. `isMain` keeps what runs only where the file is the program. */
export function readPython(source: string, isMain: boolean): PythonText {
	const code = withoutGuarded(withoutText(source).replace(/\\\r?\n/g, " "), isMain);
	const imports: PythonImport[] = [];
	for (const [whole, plain, dots = "", module = "", inParentheses, names] of code.matchAll(statement)) {
		const isNested = /^[ \t]+|^[;:]/.test(whole);
		if (plain !== undefined) {
			for (const name of namesIn(plain)) imports.push({ module: name, level: 0, names: [], isNested });
		} else {
			imports.push({ module, level: dots.length, names: namesIn(inParentheses ?? names ?? ""), isNested });
		}
	}
	const literals = [...code.matchAll(dotted)].map(([, name = ""]) => name);
	let isDynamic = /\b(?:iter_modules|walk_packages)[ \t]*\(/.test(code);
	for (const [, name] of code.matchAll(loading)) {
		if (name === undefined) isDynamic = true;
		else literals.push(name);
	}
	return { imports, literals, isDynamic };
}

function namesIn(list: string): string[] {
	return list.split(",").flatMap((one) => /^[\s(]*([\w.]+|\*)/.exec(one)?.[1] ?? []);
}

/** Lines under `if TYPE_CHECKING:` are for other tools, and those under `if __name__ == "__main__":` do not run in a module. */
function withoutGuarded(code: string, isMain: boolean): string {
	let indent: number | undefined;
	return code
		.split("\n")
		.filter((line) => {
			const depth = /^[ \t]*(?=\S)/.exec(line)?.[0].length;
			if (indent !== undefined && (depth === undefined || depth > indent)) return false;
			indent = (guard.exec(line) ?? (isMain ? undefined : mainGuard.exec(line)))?.[1]?.length;
			return indent === undefined;
		})
		.join("\n");
}

/** Takes comments away and empties text literals, unless they look like the name of a module. */
function withoutText(source: string): string {
	const parts: string[] = [];
	let from = 0;
	const marks = /["'#]/g;
	for (let mark = marks.exec(source); mark; mark = marks.exec(source)) {
		const at = mark.index;
		parts.push(source.slice(from, at));
		if (mark[0] === "#") {
			const end = source.indexOf("\n", at);
			from = end < 0 ? source.length : end;
		} else {
			const quote = source.startsWith(mark[0].repeat(3), at) ? mark[0].repeat(3) : mark[0];
			from = endOfText(source, at + quote.length, quote);
			const content = source.slice(at + quote.length, from - quote.length);
			parts.push(/^[\w.]{1,200}$/.test(content) ? `"${content}"` : '""');
		}
		marks.lastIndex = from;
	}
	parts.push(source.slice(from));
	return parts.join("");
}

/** Returns the position behind the closing quote. Text in single quotes ends with its line, whatever is in it. */
function endOfText(source: string, start: number, quote: string): number {
	for (let at = start; at < source.length; at++) {
		if (source[at] === "\\") at++;
		else if (source.startsWith(quote, at)) return at + quote.length;
		else if (quote.length === 1 && source[at] === "\n") return at;
	}
	return source.length;
}
