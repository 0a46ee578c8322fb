import fc from "fast-check";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { serviceSchema, serviceSettings } from "../../src/service/service-settings.ts";
import { parseServiceUnit } from "../../src/service/unit-file.ts";

const of = (...lines: readonly string[]) =>
	serviceSettings({
		...parseServiceUnit("a.service", [["[Service]", ...lines].join("\n")]),
		runtimeDirectories: [],
		detaches: false,
		before: [],
		after: [],
		reload: [],
		stop: [],
	});

describe("the settings of a service's process", () => {
	it.each([
		["UMask=0007", { umask: 0o7 }],
		["OOMScoreAdjust=-900", { oomScoreAdjust: -900 }],
		["LimitNOFILE=1024", { resourceLimits: ["--nofile=1024:1024"] }],
		["LimitNOFILE=1024:infinity", { resourceLimits: ["--nofile=1024:unlimited"] }],
		["LimitAS=2G", { resourceLimits: ["--as=2147483648:2147483648"] }],
		["LimitCPU=2min", { resourceLimits: ["--cpu=120:120"] }],
		["Type=notify-reload", { notifies: true }],
		["Type=notify\nWatchdogSec=30", { notifies: true, watchdog: 30_000_000 }],
		["Type=notify\nWatchdogSec=1min 500ms", { notifies: true, watchdog: 60_500_000 }],
		["Type=notify\nWatchdogSec=infinity", { notifies: true }],
		["Type=notify\nWatchdogSec=0", { notifies: true }],
		["WatchdogSec=30", {}],
		["KillSignal=SIGQUIT", { stopSignal: "QUIT" }],
		["KillSignal=SIGTERM", {}],
		["ExecStop=/bin/kill -s QUIT $MAINPID", { stopSignal: "QUIT" }],
		["ExecStop=/usr/bin/pg_ctlcluster --skip-systemctl-redirect -m fast %i stop", { stopSignal: "INT" }],
		["ExecStop=/usr/bin/pg_ctl -D /data stop", {}],
		["ExecStop=/usr/sbin/daemon --stop\nKillSignal=SIGINT", { stopSignal: "INT" }],
		["PIDFile=a.pid", { pidFile: "/run/a.pid" }],
	])("include %s", (line, settings) => {
		expect(of(line)).toEqual({ settings: { ignoresPipe: true, ...settings }, inexpressible: [] });
	});

	it.each(["LimitNOFILE=many", "LimitAS=1:2:3", "LimitCORE=1G", "UMask=rwx", "LimitNICE=5"])("cannot express %s", (line) => {
		expect(of(line)).toEqual({ settings: { ignoresPipe: true }, inexpressible: [line] });
	});

	it("leave SIGPIPE alone if the unit says so", () => expect(of("IgnoreSIGPIPE=no").settings).toEqual({}));
});

describe("stored settings", () => {
	const settings = fc.constantFrom(
		"UMask",
		"OOMScoreAdjust",
		"LimitNOFILE",
		"LimitCPU",
		"WatchdogSec",
		"KillSignal",
		"PIDFile",
		"ExecStop",
		"LoadCredential",
		"SetCredential",
		"IgnoreSIGPIPE",
	);
	const values = fc.oneof(
		fc.string({ unit: "grapheme" }).map((text) => text.replace(/[\n\r\0]/g, "")),
		fc.constantFrom(
			"0777",
			"-1000",
			"9999",
			"1:infinity",
			"1w",
			"30",
			"1min 5s",
			"SIGKILL",
			"/run/../a.pid",
			"a//./b.pid",
			"a:/b/../c",
		),
	);

	it("include those of each unit", () => {
		const line = fc.tuple(settings, values).map(([name, value]) => `${name}=${value}`);
		fc.assert(
			fc.property(fc.array(line), (lines) => {
				const { settings } = of("Type=notify", ...lines);
				expect(v.parse(serviceSchema, JSON.parse(JSON.stringify(settings)))).toEqual(settings);
			}),
		);
	});
});

it.each([
	"--core=unlimited:unlimited",
	"--nice=1:1",
	"--pid=1:1",
	"--nofile=1:1\n",
	"--nofile=1:1 --core=1:1",
	"--nofile=1",
	"--=1:1",
])("a stored limit is one that a unit's setting becomes, unlike %j", (option) => {
	expect(v.is(serviceSchema, { resourceLimits: ["--nofile=1:unlimited"] })).toBe(true);
	expect(v.is(serviceSchema, { resourceLimits: [option] })).toBe(false);
});
