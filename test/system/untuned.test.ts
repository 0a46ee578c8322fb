import { expect, test } from "vitest";
import { isLong } from "../long.ts";
import { type Made, make, startRun, temporaryState } from "./cagewright.ts";
import { eventually } from "./eventually.ts";
import { expectServedInside } from "./held.ts";
import { apache, rubyScript, shellScript, type Untuned, wsgi } from "./more-daemons.ts";
import { ask, fetchPage, freePort } from "./network.ts";

/** Only an installed package and a probe: no template, no include. `templates.test.ts` cages php-fpm and sftp. */

const state = temporaryState();

async function cage(name: string, { command, options = [], probe }: Untuned): Promise<Made> {
	const made = await make(["--name", name, ...options, "--probe", probe, "--", ...command], { state });
	expect(made).toMatchObject({ answered: true, confinement: { seccomp: true, landlock: true, findings: [] } });
	expect(made.rounds.length).toBeLessThanOrEqual(2);
	return made;
}

/** The web server starts CGI programs in shell and in Perl. `shapes.test.ts` and `decoys.test.ts` cage static and Perl programs. */
test.runIf(isLong).each([
	["apache2", apache],
	["ruby", rubyScript],
	["shell", shellScript],
] as const)("%s answers from inside its cage, and ends when it is told to", async (name, daemon) => {
	const port = await freePort();
	const application = daemon(port);
	const made = await cage(name, application);
	const run = startRun(name, { state });
	await eventually(async () => {
		const { output, status } = await ask(["sh", "-c", application.probe]);
		if (status !== 0) throw new Error(`${name} does not answer: ${output}`);
	});
	expectServedInside(made, port);
	await run.stop();
});

test("a Python service also answers with code that no probe used", async () => {
	const port = await freePort();
	const made = await cage("wsgi", wsgi(port));
	const run = startRun("wsgi", { state });
	await eventually(() => fetchPage(`http://127.0.0.1:${port}/`));
	expect(await fetchPage(`http://127.0.0.1:${port}/rare`)).toBe("rare 42");
	expectServedInside(made, port);
	await run.stop();
});
