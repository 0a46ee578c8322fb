import { describe, expect, test } from "vitest";
import type { CageMount } from "../../src/launch/launch.ts";
import { launchScript } from "../../src/launch/launch-script.ts";
import type { ServiceSettings } from "../../src/service/service-settings.ts";
import { asApp, asRoot } from "../plan/traces.ts";
import { cage, path, spec } from "./launches.ts";

/** What a start empties and removes: nothing that only root could remove in a directory of the host. */

const data: CageMount = { path: path("/run"), source: path("/state/data/run"), access: "rw" };
const bind: CageMount = { path: path("/srv/www"), source: path("/srv/www"), access: "rw", isBind: true };
const nested: CageMount = { path: path("/run/own"), source: path("/run/own"), access: "rw", isBind: true };

const steps = (service: ServiceSettings, identity = asApp) =>
	launchScript(spec({ ...cage, mounts: [data, bind, nested] }, { service, identity }))
		.split("\n")
		.filter((line) => line.startsWith("( if enter "));
const directory = (place: string) => `enter ${cage.directory} ${place.slice(1).split("/").join(" ")}`;

describe("a pid file", () => {
	test("in the cage's data is removed by root, whose earlier start may have written it", () => {
		expect(steps({ pidFile: "/run/a.pid" })).toEqual([`( if ${directory("/run")}; then rm -f -- ./a.pid; fi )`]);
	});
	test.each(["/srv/www/index.html", "/run/own/a.pid"])("in a bind is removed with the application's rights: %s", (file) => {
		const [line = "", ...more] = steps({ pidFiles: [file] });
		expect(more).toEqual([]);
		expect(line).toContain(`; then /usr/bin/setpriv --reuid=${asApp.uid} --regid=${asApp.gid} `);
		expect(line).toContain("--bounding-set=-all -- rm -f -- ./");
		expect(line).toMatch(/ 2>\/dev\/null \|\| :$/);
		expect(steps({ pidFiles: [file] }, asRoot)[0]).not.toContain("setpriv");
	});
	test("elsewhere is not removed", () => {
		expect(steps({ pidFile: "/etc/passwd", pidFiles: ["/srv/other.pid", "/srv/www/../other.pid"] })).toEqual([]);
	});
});

describe("a runtime directory", () => {
	test("in the cage's data is emptied by root, and one in a bind with the application's rights", () => {
		const [first = "", second = "", ...more] = steps({ runtimeDirectories: ["/run/a", "/run/own"] });
		expect(more).toEqual([]);
		expect(first).toContain("; then find . -xdev -mindepth 1 -delete; fi )");
		expect(second).toMatch(/; then \/usr\/bin\/setpriv [^;]* -- find \. -xdev -mindepth 1 -delete; fi \) 2>\/dev\/null \|\| :$/);
	});
	test.each(["/run/", "/run/.", "/run//"])("is never the directory of all services: %s", (all) => {
		expect(steps({ runtimeDirectories: [all] })).toEqual([]);
	});
});
