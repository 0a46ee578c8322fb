import { readFileSync } from "node:fs";

/** What this system calls itself, and then what it is like (`ID`, `ID_LIKE` of os-release(5)); empty where it does not say. */
export function distributionIds(file = "/etc/os-release"): string[] {
	let text = "";
	try {
		text = readFileSync(file, "utf8");
	} catch {
		return [];
	}
	const { ID = "", ID_LIKE = "" } = osRelease(text);
	return `${ID} ${ID_LIKE}`.split(/\s+/).filter(Boolean);
}

/** The assignments of os-release(5); the last one of a name counts, as in a shell. */
export function osRelease(text: string): Readonly<Record<string, string | undefined>> {
	const lines = text.matchAll(/^([A-Z_]+)=(?:"([^"]*)"|'([^']*)'|(\S*))$/gm);
	return Object.fromEntries([...lines].map(([, name, ...values]) => [name ?? "", values.find((one) => one !== undefined) ?? ""]));
}
