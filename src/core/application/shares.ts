/** A directory that a file server's configuration gives a name: a module of rsync, a share of Samba. */
export interface Share {
	readonly name: string;
	/** Absolute path of the directory. */
	readonly directory: string;
}

/** The shares that anybody may ask for, in a text of sections with `path = DIRECTORY` (rsyncd.conf(5), smb.conf(5)). */
export function sharesIn(text: string): Share[] {
	const shares = new Map<string, { directory?: string; isClosed?: boolean }>();
	let name: string | undefined;
	for (const line of text.split("\n")) {
		const section = /^\s*\[([^\]]{1,200})\]/.exec(line)?.[1]?.trim();
		if (section !== undefined) name = section;
		if (name === undefined) continue;
		const share = shares.get(name) ?? {};
		shares.set(name, share);
		const [, key = "", value = ""] = /^\s*([a-z][a-z ]*?)\s*=\s*(\S.*)$/i.exec(line) ?? [];
		if (key.toLowerCase() === "path" && value.startsWith("/")) share.directory = value.trim();
		if (/^(auth|valid) users$/i.test(key)) share.isClosed = true;
	}
	return [...shares].flatMap(([name, { directory, isClosed }]) =>
		directory === undefined || isClosed || !/^[\w.-]+$/.test(name) ? [] : [{ name, directory }],
	);
}
