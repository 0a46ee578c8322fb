import { Failure } from "../core/failure.ts";
import { wantedLanguage } from "./arguments.ts";
import { report } from "./report.ts";

/** One line where what was printed could not be written: a full disk behind `>`, as a rule. `args` say in which language. */
export function reportLostOutput({ code }: NodeJS.ErrnoException, args: readonly string[]): void {
	const lang = wantedLanguage(args) === "de" ? { lang: "de" as const } : {};
	const isFull = code === "ENOSPC" || code === "EDQUOT";
	const failure = isFull
		? new Failure("disk-full", { path: "stdout" }, 1)
		: new Failure("cannot-write", { path: "stdout", error: code ?? "" }, 1);
	report(failure, lang, "");
}
