import { baseName, type Path } from "../base/path/path.ts";

/**
 * Content of decoys: it looks like a credential and is invalid by construction, so that nobody can use it by chance and no key
 * service mistakes it for a leak.
 */

type RandomBytes = (count: number) => Uint8Array;

const letters = "abcdefghijklmnopqrstuvwxyz";
const alphabets = {
	/** crypt(5) */
	hash: `./0123456789${letters.toUpperCase()}${letters}`,
	base62: `0123456789${letters.toUpperCase()}${letters}`,
	base64: `${letters.toUpperCase()}${letters}0123456789+/`,
	base32: `${letters.toUpperCase()}234567`,
} as const;

/** Returns a decoy's text by the name of its file. */
export function decoyContent(path: Path, random: RandomBytes): string {
	const name = baseName(path);
	if (/^id_|key$|\.pem$/.test(name)) return privateKey(random);
	if (/shadow/.test(name)) return shadow(random);
	if (/history$/.test(name)) return history(random);
	if (/credentials/.test(name)) return cloudCredentials(random);
	return environment(random);
}

function text(alphabet: keyof typeof alphabets, length: number, random: RandomBytes): string {
	const signs = alphabets[alphabet];
	return [...random(length)].map((byte) => signs[byte % signs.length]).join("");
}

/** OpenSSH (PROTOCOL.key): the two check numbers of the private part must be equal, and here they never are. */
function privateKey(random: RandomBytes): string {
	const field = (content: Uint8Array | string) => {
		const bytes = Buffer.from(content as string);
		const length = Buffer.alloc(4);
		length.writeUInt32BE(bytes.length);
		return Buffer.concat([length, bytes]);
	};
	const one = Buffer.from([0, 0, 0, 1]);
	const shown = random(32);
	const check = Buffer.from(random(4));
	const other = Buffer.from(check.map((byte) => 255 - byte));
	const kind = field("ssh-ed25519");
	const secret = Buffer.concat([
		check,
		other,
		kind,
		field(shown),
		field(Buffer.concat([random(32), shown])),
		field("root@backup"),
	]);
	const padding = Buffer.from(Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, index) => index + 1));
	const bytes = Buffer.concat([
		Buffer.from("openssh-key-v1\0"),
		field("none"),
		field("none"),
		field(""),
		one,
		field(Buffer.concat([kind, field(shown)])),
		field(Buffer.concat([secret, padding])),
	]);
	const lines = bytes.toString("base64").match(/.{1,70}/g) ?? [];
	return ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join("\n");
}

/** shadow(5). SHA-512 hashes have a salt of at most 16 characters (crypt(5)). No password results in a hash with 20. */
function shadow(random: RandomBytes): string {
	const hash = () => `$6$${text("hash", 20, random)}$${text("hash", 86, random)}`;
	return `root:${hash()}:19847:0:99999:7:::\nbackup:${hash()}:19847:0:99999:7:::\n`;
}

/** An access key's name consists of A to Z and 2 to 7 (base32) after its prefix. This one has a 1. */
const keyName = (random: RandomBytes) => `AKIA${text("base32", 9, random)}1${text("base32", 6, random)}`;

/** The last six characters are a CRC-32 in base 62, at most 4gfFC3. These begin with a z. */
const gitToken = (random: RandomBytes) => `ghp_${text("base62", 30, random)}z${text("base62", 5, random)}`;

function cloudCredentials(random: RandomBytes): string {
	const secret = text("base64", 40, random);
	return `[default]\naws_access_key_id = ${keyName(random)}\naws_secret_access_key = ${secret}\n`;
}

/** Laravel's key has 32 bytes; this one has 31. */
function environment(random: RandomBytes): string {
	const secret = text("base64", 40, random);
	const appKey = Buffer.from(random(31)).toString("base64");
	return [
		"APP_ENV=production",
		`APP_KEY=base64:${appKey}`,
		`AWS_ACCESS_KEY_ID=${keyName(random)}`,
		`AWS_SECRET_ACCESS_KEY=${secret}`,
		`GITHUB_TOKEN=${gitToken(random)}`,
		"",
	].join("\n");
}

/** 192.0.2.0/24 is reserved for documentation (RFC 5737). */
function history(random: RandomBytes): string {
	return [
		"systemctl status cron",
		`export GITHUB_TOKEN=${gitToken(random)}`,
		"git pull",
		"cat ~/.aws/credentials",
		"tar czf /var/backups/etc.tar.gz /etc",
		`scp -i ~/.ssh/id_ed25519 /var/backups/etc.tar.gz backup@192.0.2.${10 + ((random(1)[0] ?? 0) % 200)}:`,
		"exit",
		"",
	].join("\n");
}
