import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { isLong, some } from "../long.ts";
import { cagewright, type Json, temporaryState } from "./cagewright.ts";
import { haproxy } from "./more-daemons.ts";
import { freePort } from "./network.ts";

/**
 * Proposals from the installed packages' documentation, in addition to the trace. The lists are exact, because every further proposal
 * would be wrong for somebody.
 */

const state = temporaryState();

/** `ownChroot` are settings with which the application could chroot itself. */
async function offered(name: string, words: readonly string[] = [name]) {
	expect(await cagewright(["trace", "--quiet", ...words], { state })).toMatchObject({ status: 0, stderr: "" });
	const { json } = await cagewright(["plan", name, "--json", "--quiet"], { state });
	return {
		offers: json.offers.filter(({ kind }: Json) => kind.startsWith("documented")) as Json[],
		ownChroot: json.notes.filter(({ code }: Json) => code.startsWith("own-chroot")) as Json[],
	};
}

const phpUnit = readdirSync("/usr/lib/systemd/system").find((name) => /^php[\d.]+-fpm\.service$/.test(name)) ?? "";

type Documented = [name: string, offers: Record<string, [string, string]>, setting?: string];
const documented: readonly Documented[] = [
	[
		"apache2",
		{
			"--include /etc/apache2/envvars": ["readme", "APACHE_ULIMIT_MAX_FILES"],
			"--include /etc/apache2/magic": ["package", ""],
			"--writable /var/cache/apache2/mod_cache_disk": ["package", ""],
		},
		"ChrootDir DIRECTORY",
	],
	// The unit permits writing to /etc/redis (ReadWriteDirectories=), which is no offer.
	["redis", {}],
	["nginx", { "--include /etc/nginx": ["package", ""] }],
	["bind9", { "--writable /var/lib/bind": ["readme", "Zones subject to automatic updates"] }, "-t DIRECTORY"],
	[
		phpUnit.replace(".service", ""),
		{ "--writable /var/lib/php/sessions": ["readme", "Session files are stored in /var/lib/php/sessions"] },
		"chroot = DIRECTORY",
	],
];

test.each<Documented>(some(1, documented))("documented files of %s are offered", async (name, expected, setting) => {
	const { offers, ownChroot } = await offered(name);
	expect(ownChroot.map(({ values }) => values.setting)).toEqual(setting === undefined ? [] : [setting]);
	expect(offers.map(({ option }) => option)).toEqual(Object.keys(expected));
	for (const { option, passage } of offers) {
		const [kind = "", text] = expected[option] ?? [];
		expect(passage).toMatchObject({ kind, text: expect.stringContaining(text ?? "") });
		if (kind !== "package") expect(passage?.line).toBeGreaterThan(0);
	}
});

test.runIf(isLong)("offers of haproxy are found with another configuration, and --take-documented only shows them", async () => {
	const { command, probe } = haproxy(await freePort());
	const { offers, ownChroot } = await offered("haproxy", ["--name", "haproxy", "--probe", probe, "--", ...command]);
	const [offer, ...others] = offers;
	expect(others).toEqual([]);
	expect(ownChroot).toMatchObject([{ code: "own-chroot-empty", values: { setting: "chroot DIRECTORY" } }]);
	expect(offer).toMatchObject({ option: "--writable /run/haproxy", passage: { kind: "tmpfiles", line: 1 } });
	const shown = await cagewright(["plan", "haproxy", "--lang", "de"], { state });
	expect(shown.stdout).toMatch(/--writable \/run\/haproxy .*tmpfiles\.d\/haproxy\.conf, Zeile 1: „d \/run\/haproxy/);
	const taken = await cagewright(["plan", "haproxy", "--take-documented", "--json", "--quiet"], { state });
	expect(taken.json.offers).toEqual([]);
	expect(taken.json.writable.map(({ path }: Json) => path)).toContain("/run/haproxy");
	const told = await cagewright(["plan", "haproxy", "--take-documented"], { state });
	expect(told.stderr).toContain("stores nothing of it. To take it, pass these options to `build`: --writable /run/haproxy\n");
	const again = await cagewright(["plan", "haproxy", "--json", "--quiet"], { state });
	expect(again.json.offers).toHaveLength(1);
	expect(again.json.writable.map(({ path }: Json) => path)).not.toContain("/run/haproxy");
	const named = await cagewright(["plan", "haproxy", "--writable", "/run/haproxy", "--json", "--quiet"], { state });
	expect(named.json.writable.map(({ path }: Json) => path)).toContain("/run/haproxy");
});
