import { expect, test } from "vitest";
import { runGroup } from "../../src/launch/host/shell.ts";

test("many commands may wait for one signal, as for the probes of an application with several ports", async () => {
	const warnings: string[] = [];
	const listen = ({ name }: Error) => void warnings.push(name);
	process.on("warning", listen);
	const { signal } = new AbortController();
	const results = await Promise.all(Array.from({ length: 20 }, () => runGroup(["/bin/true"], {}, 60, { signal })));
	process.off("warning", listen);
	expect(results.every(({ ok }) => ok)).toBe(true);
	expect(warnings).toEqual([]);
});
