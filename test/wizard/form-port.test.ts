import { expect, test } from "vitest";
import { redis } from "../ui/scripted-session.ts";
import { atForm, type Drive } from "./drive.ts";

const proposal = {
	...redis,
	application: {
		...redis.application,
		command: ["/usr/bin/server", "--bind", "127.0.0.1:8080", "--workers", "4"],
		probes: ["curl -fsS http://127.0.0.1:8080/", "test -e /run/server.pid"],
		exercises: ["curl -fsS http://127.0.0.1:8080/status?of=8080"],
	},
};

/** The cursor is at the end of the port. */
const atPort = (): Drive => atForm(proposal).type(`\x1b[5~\x1b[B${"\x1b[D".repeat(" --workers 4".length)}`);

const application = (wizard: Drive) => wizard.state.answers?.application;

test("proposed probes follow the port of the command, key by key", () => {
	const wizard = atPort().type("\x7f\x7f");
	expect(application(wizard)?.command[2]).toBe("127.0.0.1:80");
	expect(application(wizard)?.probes).toEqual(["curl -fsS http://127.0.0.1:80/", "test -e /run/server.pid"]);
	expect(application(wizard.type("99"))?.exercises).toEqual(["curl -fsS http://127.0.0.1:8099/status?of=8099"]);
	// An empty port changes nothing.
	expect(application(wizard.type("\x7f\x7f\x7f\x7f"))?.probes[0]).toBe("curl -fsS http://127.0.0.1:8/");
	expect(application(wizard.type("7000"))?.probes[0]).toBe("curl -fsS http://127.0.0.1:7000/");
});

test("an edited probe does not follow the port", () => {
	const wizard = atPort();
	wizard.type("\x1b[B\x1b[B more").type("\x1b[A\x1b[A");
	const at = wizard.state.form?.rows[wizard.state.form.cursor]?.field;
	expect(at).toBe("command");
	wizard.type("\x7f1");
	expect(application(wizard)?.command[2]).toBe("127.0.0.1:8081");
	expect(application(wizard)?.probes[0]).toBe("curl -fsS http://127.0.0.1:8080/ more");
	expect(application(wizard)?.exercises[0]).toBe("curl -fsS http://127.0.0.1:8081/status?of=8081");
});

test("other numbers of the command do not change the probe", () => {
	const wizard = atPort().type("\x1b[F\x7f8080");
	expect(application(wizard)?.command.at(-1)).toBe("8080");
	expect(application(wizard)?.probes).toEqual(proposal.application.probes);
});
