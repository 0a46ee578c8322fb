import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { home } from "./cagewright.ts";

/** Copies the collection of integrations/ansible to where `env` lets Ansible find it. Returns both. */
export function installCollection(folder: string): { readonly collection: string; readonly env: NodeJS.ProcessEnv } {
	const collection = join(folder, "ansible_collections/cagewright/cage");
	mkdirSync(join(collection, ".."), { recursive: true });
	cpSync(join(home, "integrations/ansible"), collection, { recursive: true });
	const env = {
		...process.env,
		// Ansible's modules need Debian's Python.
		PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
		LC_ALL: "C.UTF-8",
		ANSIBLE_HOME: join(folder, "home"),
		ANSIBLE_COLLECTIONS_PATH: folder,
		ANSIBLE_NOCOLOR: "1",
	};
	return { collection, env };
}
