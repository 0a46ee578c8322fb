import type { Result } from "./cagewright.ts";

/** Returns one line per finding: severity, code and path. */
export function found({ stdout }: Result): string[] {
	return stdout
		.trim()
		.split("\n")
		.map((line) => /^\S+: (\S+ \S+ [^:]+): .+\. .+/.exec(line)?.[1] ?? line)
		.filter((line) => !line.startsWith("accepted way-sticky") && !line.includes("account-used-outside"));
}
