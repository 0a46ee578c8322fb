import { join, type Path, pathFromText } from "../path/path.ts";

/** Where the host reads what belongs beside a cage: logrotate(8) and certbot(1) take every file of a folder. */

export const logrotateFolder = pathFromText("/etc/logrotate.d");
export const deployFolder = pathFromText("/etc/letsencrypt/renewal-hooks/deploy");
export const hookFolders: readonly Path[] = [logrotateFolder, deployFolder];

export function hookPlace(folder: Path, cage: string): Path {
	return join(folder, pathFromText(`cage-${cage}`));
}

/** Whether a file speaks of the cage with this folder: of its data, or of the signal to what runs in it, as our own texts do. */
export function mentionsCage(text: string, folder: string): boolean {
	const [, state, name] = /^(.*)\/cages\/([^/]+)$/.exec(folder) ?? [];
	return text.includes(`${folder}/`) || text.includes(`--state ${state} signal ${name} `);
}
