import type { Stack } from "./stack.ts";

const base = "$(cat /var/lib/stack-base)";
const entry = `dn: uid=alice,$base
objectClass: inetOrgPerson
objectClass: posixAccount
uid: alice
cn: Alice
sn: Alice
uidNumber: 5001
gidNumber: 5001
homeDirectory: /home/alice
userPassword: secret`;
const level = "printf 'dn: cn=config\\nchangetype: modify\\nreplace: olcIdleTimeout\\nolcIdleTimeout: %s\\n'";

/** A directory that knows its clients by their account, and the machine's look-up of accounts in it. */
export const directory: Stack = {
	name: "directory",
	packages: ["ldap-utils", "libnss-ldapd", "nslcd", "slapd", "socat"],
	services: ["slapd", "nslcd"],
	configure: `systemctl start slapd
base=$(ldapsearch -LLL -Q -Y EXTERNAL -H ldapi:/// -b cn=config '(olcSuffix=*)' olcSuffix | sed -n 's/^olcSuffix: //p')
echo "$base" >/var/lib/stack-base
printf 'dn: olcDatabase={1}mdb,cn=config\\nchangetype: modify\\nreplace: olcRootPW\\nolcRootPW: admin\\n' | ldapmodify -Q -Y EXTERNAL -H ldapi:///
ldapadd -x -H ldapi:/// -D "cn=admin,$base" -w admin <<X
${entry}
X
printf 'uid nslcd\\ngid nslcd\\nuri ldapi:///\\nbase %s\\n' "$base" >/etc/nslcd.conf
sed -i 's/^\\(passwd\\|group\\):.*/\\1: files ldap/' /etc/nsswitch.conf`,
	questions: {
		"look-up of an account": "runuser -u nobody -- getent passwd alice | grep -q :5001:",
		"login of a person": `ldapwhoami -x -H ldap://127.0.0.1 -D "uid=alice,${base}" -w secret | grep -q alice`,
		"search of www-data": `runuser -u www-data -- ldapsearch -x -LLL -H ldapi:/// -b "${base}" uid=alice cn | grep -q 'cn: Alice'`,
		"root by its account": "ldapwhoami -Q -Y EXTERNAL -H ldapi:/// | grep -q uidNumber=0",
		"change of the configuration": `seconds=$(od -An -N2 -tu2 /dev/urandom | tr -d ' '); ${level} $seconds | ldapmodify -Q -Y EXTERNAL -H ldapi:/// && slapcat -n0 | grep -qx "olcIdleTimeout: $seconds"`,
	},
	options: {
		// Version 2, NSLCD_ACTION_PASSWD_BYNAME, and a name with its length (nslcd.h of nss-pam-ldapd).
		nslcd:
			"--probe 'printf \"\\0\\0\\0\\2\\0\\010\\0\\1\\0\\0\\0\\5alice\" | socat -t5 - UNIX-CONNECT:$CAGEWRIGHT_ROOT/run/nslcd/socket | grep -aq /home/alice' --allow socket:/run/slapd/ldapi",
	},
	upgraded: "nslcd",
};
