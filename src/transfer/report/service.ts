import { quoteShellLine } from "../../base/path/quote.ts";
import { octal } from "../../base/text.ts";
import type { ServiceCommand, ServiceSettings } from "../../service/service-settings.ts";

/** What a review shows of each setting: its value as in a unit (systemd.exec(5), systemd.service(5)). */
const settingTexts: {
	readonly [Name in keyof Required<ServiceSettings>]: (value: Required<ServiceSettings>[Name]) => readonly string[];
} = {
	umask: (bits) => [`UMask=${octal(bits)}`],
	resourceLimits: (limits) => limits.map(limitText),
	oomScoreAdjust: (score) => [`OOMScoreAdjust=${score}`],
	ignoresPipe: () => ["IgnoreSIGPIPE=yes"],
	notifies: () => ["Type=notify"],
	detaches: () => ["Type=forking"],
	watchdog: (microseconds) => [`WatchdogSec=${microseconds}us`],
	stopSignal: (name) => [`KillSignal=SIG${name}`],
	pidFile: (path) => [`PIDFile=${path}`],
	pidFiles: (paths) => paths.map((path) => `PIDFile=${path}`),
	runtimeDirectories: (paths) => paths.map((path) => `RuntimeDirectory=${path}`),
	capabilities: (names) => [`AmbientCapabilities=${names.map((name) => `CAP_${name.toUpperCase()}`).join(" ")}`],
	before: (commands) => commandTexts("ExecStartPre", commands),
	after: (commands) => commandTexts("ExecStartPost", commands),
	reload: (commands) => commandTexts("ExecReload", commands),
	stop: (commands) => commandTexts("ExecStop", commands),
	credentials: (all) =>
		all.flatMap(({ content, files = [], name }) => [
			...files.map((file) => `LoadCredential=${name}:${file}`),
			...(content === undefined ? [] : [`SetCredential=${name}`]),
		]),
};

function limitText(option: string): string {
	const [name = "", value = ""] = option.slice("--".length).split("=");
	return `Limit${name.toUpperCase()}=${value}`;
}

function commandTexts(setting: string, commands: readonly ServiceCommand[]): string[] {
	return commands.map((words) => `${setting}=${quoteShellLine(words)}`);
}

/** Returns what a launch sets for the service's process and runs before, beside and after it. */
export function serviceTexts(service: ServiceSettings = {}): string[] {
	const names = Object.keys(settingTexts) as (keyof ServiceSettings)[];
	return names.flatMap((name) => textsOf(name, service[name]));
}

function textsOf<Name extends keyof ServiceSettings>(name: Name, value: ServiceSettings[Name]): readonly string[] {
	const text = settingTexts[name] as (value: NonNullable<ServiceSettings[Name]>) => readonly string[];
	return value === undefined ? [] : text(value as NonNullable<ServiceSettings[Name]>);
}

/** Returns the settings that affect other processes of the machine: the kernel ends those before a protected one. */
export function notableSettings({ oomScoreAdjust = 0 }: ServiceSettings = {}): string[] {
	return oomScoreAdjust < 0 ? settingTexts.oomScoreAdjust(oomScoreAdjust).slice() : [];
}
