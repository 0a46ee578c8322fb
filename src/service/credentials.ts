import { isCredentialName, type ServiceCredential } from "./service-settings.ts";
import { unescapeText } from "./unit-text.ts";

/** Directories in which systemd looks for a credential without an absolute path, in this order (systemd.exec(5)). */
const stores = ["/run/credentials/@system", "/etc/credstore", "/run/credstore", "/usr/local/lib/credstore", "/usr/lib/credstore"];

/** Returns the files in which systemd looks for a credential of this name. */
export const credentialStores = (name: string) => stores.map((store) => `${store}/${name}`);

/** Settings whose credentials no start passes: an encrypted one needs the key of the machine, and the others name patterns. */
const others = ["LoadCredentialEncrypted", "SetCredentialEncrypted", "ImportCredential"];

/**
 * Returns the credentials of a unit, each name once, and the names of those that are not passed. systemd ignores an assignment without
 * a valid name or path. `list` returns a setting's values, and `expand` replaces specifiers.
 */
export function unitCredentials(
	list: (key: string) => readonly string[],
	expand: (text: string) => string,
): { readonly credentials: readonly ServiceCredential[]; readonly otherCredentials: readonly string[] } {
	const found = new Map<string, ServiceCredential>();
	const each = (key: string) =>
		list(key).map((value) => {
			const [name = "", rest] = value.split(/:(.*)/s);
			return { name: expand(name), rest };
		});
	const add = (credential: ServiceCredential) => {
		if (isCredentialName(credential.name)) found.set(credential.name, { ...found.get(credential.name), ...credential });
	};
	for (const { name, rest } of each("LoadCredential")) {
		const path = rest ? expand(rest) : name;
		if (path.startsWith("/") && !path.split("/").includes("..")) add({ name, files: [path] });
		else if (isCredentialName(path)) add({ name, files: credentialStores(path) });
	}
	for (const { name, rest } of each("SetCredential"))
		if (rest !== undefined) add({ name, content: unescapeText(rest).toString("base64") });
	return {
		credentials: [...found.values()],
		otherCredentials: others.flatMap((key) => each(key).map(({ name }) => name)),
	};
}
