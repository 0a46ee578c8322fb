import { argumentWord, lineText, programWord } from "./unit/quote.ts";

/**
 * A unit for a user's own service manager. systemd cannot make the cage there: what needs a namespace (RootDirectory= among them) fails in a
 * user's manager, or is left out without a word (systemd.exec(5)). So Cagewright itself is what it runs, and that makes the cage.
 */
export function userUnit(name: string, [program = "", ...args]: readonly string[]): string {
	return [
		`# ~/.config/systemd/user/cage-${name}.service; \`loginctl enable-linger\` keeps it running without a session.`,
		"[Unit]",
		`Description=${lineText("Description", `${name} in its cage`)}`,
		"",
		"[Service]",
		`ExecStart=${[programWord(program), ...args.map(argumentWord)].join(" ")}`,
		"# TERM goes to Cagewright alone, which passes it on.",
		"KillMode=mixed",
		"Restart=on-failure",
		"",
		"[Install]",
		"WantedBy=default.target",
		"",
	].join("\n");
}
