import { argumentWord, lineText, programWord } from "./unit/quote.ts";

/**
 * Returns a unit for a user's service manager. systemd cannot create the cage there: settings that need a namespace, such as
 * RootDirectory=, fail in a user's manager or are ignored silently (systemd.exec(5)). So the unit runs Cagewright, which
 * creates the cage.
 */
export function userUnit(name: string, [program = "", ...args]: readonly string[]): string {
	return [
		`# ~/.config/systemd/user/cage-${name}.service; \`loginctl enable-linger\` keeps it running without a session.`,
		"[Unit]",
		`Description=${lineText("Description", `${name} in its cage`)}`,
		"",
		"[Service]",
		`ExecStart=${[programWord(program), ...args.map(argumentWord)].join(" ")}`,
		"# Only Cagewright gets TERM, and forwards it.",
		"KillMode=mixed",
		"Restart=on-failure",
		"",
		"[Install]",
		"WantedBy=default.target",
		"",
	].join("\n");
}
