import type { UpgradedService } from "./services.ts";
import type { Upgraded } from "./upgrade.ts";

/** Returns the results as Markdown. */
export function table(
	services: readonly UpgradedService[],
	before: ReadonlyMap<string, string>,
	upgrades: readonly ReadonlyMap<string, Upgraded>[],
): string {
	const heads = [
		"service",
		"way",
		"Debian 12",
		...["Debian 13", "testing"].flatMap((release) => [release, "result", "restarts"]),
	];
	const rows = services.map((service) => {
		const cells = upgrades.flatMap((upgraded) => {
			const one = upgraded.get(service.name);
			if (!one) return ["", "", ""];
			return [one.version, one.isServed ? one.outcome : "not served", `${one.restarts} of ${one.starts}`];
		});
		return [service.name, service.how, before.get(service.name) ?? "", ...cells];
	});
	const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
	return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
}
