/**
 * A program for Node.js that connects to a socket as another account and prints the result: `open`, `closed`, or the error's name. Its
 * argument is a `ConnectRequest`. As root it enters the directory, so that a path may be relative to another root.
 */
export const connectScript = [
	"const {directory,gid,groups,milliseconds,to,uid}=JSON.parse(process.argv[1]);",
	"let o;const e=w=>{process.stdout.write(w);process.exit(0)};",
	"try{process.chdir(directory);process.setgroups(groups);process.setgid(gid);process.setuid(uid)}catch(x){e(x.code)}",
	'const c=require("net").connect(to);',
	'c.on("connect",()=>{o=1;setTimeout(e,milliseconds,"open")}).on("end",()=>e("closed")).on("close",()=>e("closed"));',
	'c.on("error",x=>e(o?"closed":x.code)).resume();setTimeout(e,milliseconds*4,"ETIMEDOUT")',
].join("");

/**
 * The same for an abstract unix socket, for perl and under the other account already. Arguments: the name and `milliseconds`. Node.js 20
 * fills such names up to the full length, which is another name.
 */
export const connectAbstractScript = [
	"use Socket;use Errno;my($name,$ms)=@ARGV;socket(my $s,AF_UNIX,SOCK_STREAM,0);",
	'unless(connect($s,pack_sockaddr_un("\\0$name"))){my($e)=grep{$!{$_}}keys %!;print $e;exit}',
	"my($r,$b)=('');vec($r,fileno $s,1)=1;",
	"while(select(my $n=$r,undef,undef,$ms/1000)>0){unless(sysread $s,$b,999){print 'closed';exit}}print 'open'",
].join("");

/** `to` is an argument of Node.js's `net.connect`. `milliseconds`: how long the connection must last to be `open`. */
export interface ConnectRequest {
	readonly directory: string;
	readonly uid: number;
	readonly gid: number;
	readonly groups: readonly number[];
	readonly milliseconds: number;
	readonly to: { readonly path: string } | { readonly host: string; readonly port: number };
}
