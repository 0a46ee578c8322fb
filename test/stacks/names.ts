import type { Stack } from "./stack.ts";

const update = `printf 'update add %s.example.test 60 A 192.0.2.9\\nsend\\n' "$mark"`;
const ask = 'dig +short +time=2 +tries=1 -p 5353 @127.0.0.1 "$mark.example.test" A | grep -qx 192.0.2.9';

/** A name server with dynamic updates, and a resolver in front of it. */
export const names: Stack = {
	name: "names",
	packages: ["bind9", "bind9-dnsutils", "dnsmasq"],
	services: ["named", "dnsmasq"],
	configure: `zone=/var/lib/bind/example.test.zone
printf '$TTL 60\\n@ IN SOA ns root 1 3600 600 86400 60\\n@ IN NS ns\\nns IN A 127.0.0.1\\n' >$zone
chown bind:bind $zone
echo "zone \\"example.test\\" { type primary; file \\"$zone\\"; update-policy local; };" >>/etc/bind/named.conf.local
printf 'port=5353\\nlisten-address=127.0.0.1\\nbind-interfaces\\nno-resolv\\ncache-size=0\\nserver=/example.test/127.0.0.1\\n' >/etc/dnsmasq.d/stack.conf`,
	questions: {
		"nsupdate of root": `${update} | nsupdate -l && ${ask}`,
		"nsupdate of bind": `${update} | runuser -u bind -- nsupdate -l && ${ask}`,
		"rndc of root": `${update} | nsupdate -l && rndc sync example.test && grep -q "$mark" /var/lib/bind/example.test.zone`,
	},
	options: { named: "--allow-secret /etc/bind/rndc.key" },
	upgraded: "bind9",
};
