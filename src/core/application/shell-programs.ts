/** Words after which another command begins. */
const leading = /^(?:!|then|do|else|elif|if|while|until|time|exec|nohup|sudo|env|command|\{)$/;

/** What the shell does by itself (XCU 2.14 and what dash adds), and words of its grammar. */
const builtIn = new Set(
	"[ . : alias bg bind break case cd continue done echo esac eval exit export false fg fi for function getopts hash in jobs kill let local printf pwd read readonly return select set shift source test times trap true type ulimit umask unalias unset wait }".split(
		" ",
	),
);

/**
 * The programs that a shell line calls by name, as far as they can be told without running it: the first word of each simple command, also of
 * those in `$(…)`. What a variable or a pattern stands for is left out.
 */
export function programsOfLine(line: string): string[] {
	const programs = new Set<string>();
	for (const command of simpleCommands(line)) {
		const words = command
			.replace(/(?<!\d)\d*[<>]+&?\s*\S*/g, " ")
			.split(/\s+/)
			.filter(Boolean);
		const first = words.find((word) => !leading.test(word) && !/^[A-Za-z_]\w*=/.test(word));
		if (first !== undefined && /^[\w./+@-]+$/.test(first) && !first.startsWith("-") && !builtIn.has(first)) programs.add(first);
	}
	return [...programs];
}

/** The line cut where commands end. Quoted text becomes one word that no program is called. */
function simpleCommands(line: string): string[] {
	const commands: string[] = [];
	/** In pieces: what is put together and looked at for each character is copied for each. */
	let command: string[] = [];
	const cut = () => {
		commands.push(command.join(""));
		command = [];
	};
	/** For each level of `$(` whether it stands in double quotes, to which its end leads back. */
	const levels: boolean[] = [];
	let isQuoted = false;
	for (let at = 0; at < line.length; at++) {
		const [character = "", next] = [line[at], line[at + 1]];
		if (character === "\\") {
			command.push("?");
			at++;
		} else if (character === "'" && !isQuoted) {
			at = endOfQuote(line, at);
			command.push("?");
		} else if (character === '"') {
			isQuoted = !isQuoted;
			command.push("?");
		} else if (character === "$" && next === "(") {
			levels.push(isQuoted);
			isQuoted = false;
			at++;
			command.push("?");
			cut();
		} else if (isQuoted) command.push(/\s/.test(character) ? "?" : `${character}?`);
		else if (character === ")" && levels.length) {
			isQuoted = levels.pop() ?? false;
			cut();
			command = ["?"];
		} else if (character === "#" && /^\s?$/.test(command.at(-1) ?? "")) break;
		else if (character === "&" && /^[<>]$/.test(command.at(-1) ?? "")) command.push(character);
		else if (/[;|&()\n`]/.test(character)) cut();
		else command.push(character);
	}
	cut();
	return commands;
}

function endOfQuote(line: string, start: number): number {
	const end = line.indexOf("'", start + 1);
	return end < 0 ? line.length : end;
}
