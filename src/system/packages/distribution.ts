import { readFileSync } from "node:fs";

/** What this system calls itself, and then what it is like (`ID`, `ID_LIKE` of os-release(5)); empty where it does not say. */
export function distributionIds(file = "/etc/os-release"): string[] {
	let text = "";
	try {
		text = readFileSync(file, "utf8");
	} catch {
		return [];
	}
	const value = (name: string) =>
		new RegExp(`^${name}=(?:"([^"]*)"|'([^']*)'|(\\S*))$`, "m")
			.exec(text)
			?.slice(1)
			.find((one) => one !== undefined) ?? "";
	return `${value("ID")} ${value("ID_LIKE")}`.split(/\s+/).filter(Boolean);
}
