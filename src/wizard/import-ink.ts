/** Bits of colour that a terminal has, as Node tells them, to the levels that chalk knows. */
const levels: Readonly<Record<number, string>> = { 1: "0", 4: "1", 8: "2", 24: "3" };

/**
 * Loads what draws with Ink. Ink and chalk read their environment when they are loaded: with CI set Ink would draw the last frame
 * alone, which is no wizard, and with it set to anything chalk would see no colours. The application that is traced never sees this
 * change.
 */
export async function importInk<T>(color: boolean, load: () => Promise<T>): Promise<T> {
	const level = color ? (process.env.FORCE_COLOR ?? depth()) : "0";
	const wanted = { CI: "false", CONTINUOUS_INTEGRATION: "false", DEV: "false", FORCE_COLOR: level };
	const before = Object.keys(wanted).map((name) => [name, process.env[name]] as const);
	Object.assign(process.env, wanted);
	try {
		return await load();
	} finally {
		for (const [name, value] of before) {
			if (value === undefined) delete process.env[name];
			else process.env[name] = value;
		}
	}
}

/** Of the terminal itself: that nobody forbade colours was found out before, and an empty NO_COLOR forbids nothing. */
function depth(): string {
	const { CI: _, NODE_DISABLE_COLORS: __, NO_COLOR: ___, ...env } = process.env;
	return levels[process.stdout.getColorDepth(env)] ?? "1";
}
