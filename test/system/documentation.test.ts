import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { cagewright, temporaryState } from "./cagewright.ts";
import { haproxy } from "./more-daemons.ts";
import { freePort } from "./network.ts";

/** What the installed packages' own documentation names, beside what was traced. The lists are exact: anything more would be nonsense to somebody. */

const state = temporaryState();

interface Offer {
	readonly kind: string;
	readonly path: string;
	readonly option: string;
	readonly passage?: {
		readonly kind: string;
		readonly document: string;
		readonly section?: string;
		readonly line?: number;
		readonly text: string;
	};
}

async function offered(name: string, words: readonly string[] = [name]): Promise<Offer[]> {
	const traced = await cagewright(["trace", "--quiet", ...words], { state });
	expect({ status: traced.status, stderr: traced.stderr }).toEqual({ status: 0, stderr: "" });
	const { json } = await cagewright(["plan", name, "--json", "--quiet"], { state });
	return (json.offers as Offer[]).filter(({ kind }) => kind.startsWith("documented"));
}

const phpUnit = readdirSync("/usr/lib/systemd/system").find((name) => /^php[\d.]+-fpm\.service$/.test(name)) ?? "";

test.each<[string, Record<string, [string, string]>]>([
	["redis", { "--writable /etc/redis": ["unit", "ReadWriteDirectories=-/etc/redis"] }],
	["nginx", { "--include /etc/nginx": ["package", ""] }],
	["bind9", { "--writable /var/lib/bind": ["readme", "Zones subject to automatic updates"] }],
	[
		"apache2",
		{
			"--include /etc/apache2/envvars": ["readme", "APACHE_ULIMIT_MAX_FILES"],
			"--include /etc/apache2/magic": ["package", ""],
			"--writable /var/cache/apache2/mod_cache_disk": ["package", ""],
		},
	],
	[
		phpUnit.replace(".service", ""),
		{ "--writable /var/lib/php/sessions": ["readme", "Session files are stored in /var/lib/php/sessions"] },
	],
])("of %s", async (name, expected) => {
	const offers = await offered(name);
	expect(offers.map(({ option }) => option)).toEqual(Object.keys(expected));
	for (const { option, passage } of offers) {
		const [kind = "", text] = expected[option] ?? [];
		expect(passage).toMatchObject({ kind, text: expect.stringContaining(text ?? "") });
		if (kind !== "package") expect(passage?.line).toBeGreaterThan(0);
	}
});

test("of haproxy, under a configuration of one's own; what is taken up is not offered any more", async () => {
	const { command, probe } = haproxy(await freePort());
	const [offer, ...others] = await offered("haproxy", ["--name", "haproxy", "--probe", probe, "--", ...command]);
	expect(others).toEqual([]);
	expect(offer).toMatchObject({ option: "--writable /run/haproxy", passage: { kind: "tmpfiles", line: 1 } });
	const shown = await cagewright(["plan", "haproxy", "--lang", "de"], { state });
	expect(shown.stdout).toMatch(/--writable \/run\/haproxy .*tmpfiles\.d\/haproxy\.conf, Zeile 1: „d \/run\/haproxy/);
	const taken = await cagewright(["plan", "haproxy", "--take-documented", "--json", "--quiet"], { state });
	expect(taken.json.offers).toEqual([]);
	expect((taken.json.writable as { path: string }[]).map(({ path }) => path)).toContain("/run/haproxy");
	// The rule stays the cage's.
	const again = await cagewright(["plan", "haproxy", "--json", "--quiet"], { state });
	expect((again.json.writable as { path: string }[]).map(({ path }) => path)).toContain("/run/haproxy");
});
