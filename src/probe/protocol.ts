import type { Note } from "../base/failure.ts";
import { quoteShell, quoteShellLine } from "../base/path/quote.ts";
import type { Target, Tools } from "./lines.ts";

/** What a probe proves: the server speaks, answers a request, or does its job. */
type Depth = "greeting" | "request" | "job";

/** One way to query a server. */
export interface ProbeQuery {
	readonly depth: Depth;
	readonly probes: readonly string[];
	/** Run while tracing. They use more of the server, but do not prove its job. */
	readonly exercises?: readonly string[];
	/** Exercises that make the server do its job, which the probes do not prove. They may change state. */
	readonly job?: readonly string[];
	/** What the probes do not prove, with an exercise that would; absent at depth `job`. */
	readonly unproven?: Note;
}

/** A protocol for which probes are known. */
export interface Protocol {
	readonly name: string;
	/** Base names of its servers. */
	readonly servers: RegExp;
	/** TCP by default. */
	readonly transport?: "udp";
	/** Usual ports, the default first. */
	readonly ports: readonly number[];
	/** Ports where it usually speaks TLS from the start. Absent if it never does. */
	readonly securePorts?: readonly number[];
	/** Its servers may listen at a unix socket instead of a port. */
	readonly overSocket?: true;
	/** The unix socket where a server listens by default, if any. */
	readonly socket?: (server: string) => string | undefined;
	/** Default ports of servers that differ. */
	readonly defaults?: Readonly<Record<string, number>>;
	/** It needs people's accounts on the machine: to accept mail for them, or for their logins. */
	readonly people?: "recipients" | "logins";
	/** Configuration with the shares, if the command names none. */
	readonly configuration?: string;
	/** Ways to query the server, deepest first, because a server may refuse a deep one. */
	readonly queries: (target: Target, tools: Tools, server: string) => readonly ProbeQuery[];
}

/**
 * Returns ways to query a server at a place, deepest first: with TLS too, and first if the port suggests so. The default port of a
 * protocol with other ports for TLS needs none.
 */
export function queriesAt(protocol: Protocol, target: Target, tools: Tools, server: string): readonly ProbeQuery[] {
	const { ports, securePorts } = protocol;
	const plain = protocol.queries(target, tools, server);
	const isPlain = securePorts?.length !== 0 && target.port === ports[0];
	if (securePorts === undefined || target.socket !== undefined || isPlain) return plain;
	const secure = protocol.queries({ ...target, tls: true }, tools, server);
	return securePorts.includes(target.port) ? [...secure, ...plain] : [...plain, ...secure];
}

/** Message codes for unproven functions. */
type UnprovenCode =
	| "unproven-greeting"
	| "unproven-page"
	| "unproven-backend"
	| "unproven-forwarding"
	| "unproven-names"
	| "unproven-query"
	| "unproven-login"
	| "unproven-mail"
	| "unproven-message"
	| "unproven-script"
	| "unproven-entry"
	| "unproven-file"
	| "unproven-time";

/** `exercise` is a shell line that would prove it; the administrator replaces words in capitals. */
export function unproven(code: UnprovenCode, exercise: string): Note<UnprovenCode> {
	return { code, values: { exercise: `--exercise ${quoteShell(exercise)}` } };
}

/** Returns whether a note names an unproven function. */
export function isUnproven({ code }: Note): boolean {
	return code.startsWith("unproven-");
}

/** Returns whether a note says that the running service answers a probe that the application in its sandbox does not. */
export function isBehindHost({ code }: Note): boolean {
	return code === "probe-behind-host";
}

/** Returns whether a note names a guessed probe. */
export function isGuess({ code }: Note): boolean {
	return code.startsWith("probe-guessed-");
}

/**
 * Fetches a page and its links on the same server, and exits with 0 if at least one link worked and none was missing. Links
 * that need a password count as neither. It follows no link to another server or protocol, because the application is not yet
 * trusted. Prints the first link that failed.
 */
const linksScript = [
	"const u=process.argv[1],o=new URL(u).hostname,g=(a,n)=>new Promise((y,x)=>{const w=new URL(a);",
	"if(w.hostname!==o||!/^https?:$/.test(w.protocol))return x(0);",
	'require(w.protocol.slice(0,-1)).get(w,{rejectUnauthorized:false,timeout:5e3},r=>{let b="";',
	"if(r.statusCode>=400)return x(r.statusCode);",
	"if(r.statusCode>=300&&r.headers.location&&n)return r.resume(),g(new URL(r.headers.location,w),n-1).then(y,x);",
	'r.setEncoding("latin1").on("data",d=>{if(b.length<1e6)b+=d}).on("end",()=>y([b,w])).on("error",x)',
	'}).on("timeout",x).on("error",x)});',
	"g(u,3).then(async([b,w])=>{const s=new Set;for(const m of b.matchAll(/\\s(?:href|src)=[\"']?([^\"' >]+)/gi))",
	'try{const l=new URL(m[1].replaceAll("&amp;","&"),w);l.hash="";if(l.host===w.host&&l.href!==w.href)s.add(l.href)}catch{}',
	"let k=0;for(const l of [...s].slice(0,5))await g(l,3).then(()=>k++,e=>{if(e&&e!==401&&e!==403)throw l+': '+(e.message??e)});",
	"if(!k)throw 'no link of '+u+' worked'}).catch(e=>{console.error(e.message??(e||u+' leads to another server'));process.exit(1)})",
].join("");

export function followLinks(url: string, tools: Tools): string {
	return quoteShellLine([tools.node, "-e", linksScript, url]);
}

/** Directories for local mail, relative to the application's root; home directories may contain a mail folder too. */
const mailboxes = ["/var/mail", "/var/spool/mail"];
const mailFolders = ["Maildir", "mail", "Mail"];

/** Sends a message with a mark, and exits with 0 when a mailbox contains the mark within 6 s. */
const deliverScript = [
	'const f=require("fs"),[h,p,r,...d]=process.argv.slice(1),m="cagewright-"+process.pid+"-"+Date.now();let b="",i=0;',
	'const q=[["(^|\\\\n)220 ","EHLO localhost"],["(^|\\\\n)250 ","MAIL FROM:<"+r+">"],["^250","RCPT TO:<"+r+">"],["^25","DATA"],',
	'["^354","Subject: "+m+"\\r\\n\\r\\nA trial of Cagewright.\\r\\n."],["^250","QUIT"],["^221",""]];',
	"const no=()=>process.exit(1);",
	'const look=a=>{try{for(const e of f.readdirSync(a,{withFileTypes:true})){const n=a+"/"+e.name;',
	"if(e.isDirectory()?look(n):e.isFile()&&f.statSync(n).size<1e8&&f.readFileSync(n).includes(m))return true}}catch{}};",
	'const c=require("net").connect(+p,h);setTimeout(no,15e3);c.on("error",no).on("data",x=>{b+=x.toString("latin1");',
	'while(i<q.length&&RegExp(q[i][0]+"[^\\\\n]*\\\\n").test(b)){b="";const s=q[i++][1];if(s)c.write(s+"\\r\\n")}',
	"if(/(^|\\n)[45]\\d\\d /.test(b))no();",
	"if(i===q.length){i++;let t=20;setInterval(()=>d.some(look)?process.exit(0):--t||no(),300)}})",
].join("");

export function deliverMail(target: Target, tools: Tools, recipient: string): string {
	const name = recipient.replace(/@.*/, "");
	const home = name === "root" ? "/root" : `/home/${name}`;
	const places = [...mailboxes, ...mailFolders.map((folder) => `${home}/${folder}`)];
	const below = places.map((place) => `"$CAGEWRIGHT_ROOT"${quoteShell(place)}`).join(" ");
	return `${quoteShellLine([tools.node, "-e", deliverScript, target.host, String(target.port), recipient])} ${below}`;
}

/** Returns whether a line delivers mail. */
export function deliversMail(line: string): boolean {
	return line.includes(quoteShell(deliverScript));
}

/** A directory that a file server shares under a name: an rsync module or Samba share. */
interface Share {
	readonly name: string;
	readonly directory: string;
}

/** Returns the unrestricted shares in a configuration with sections and `path = DIRECTORY` (rsyncd.conf(5), smb.conf(5)). */
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
		if (/^(guest ok|public)$/i.test(key) && /^(no|false|0)$/i.test(value)) share.isClosed = true;
		if (/^printable$/i.test(key) && /^(yes|true|1)$/i.test(value)) share.isClosed = true;
	}
	return [...shares].flatMap(([name, { directory, isClosed }]) =>
		directory === undefined || isClosed || !/^[\w.-]+$/.test(name) ? [] : [{ name, directory }],
	);
}
