import type { Stack } from "./stack.ts";

/** A file server of persons' accounts, and a copy service with accounts of its own. */
export const files: Stack = {
	name: "files",
	packages: ["rsync", "samba", "smbclient"],
	services: ["smbd", "rsync"],
	configure: `useradd -M alice; printf 'secret\\nsecret\\n' | smbpasswd -s -a alice
mkdir -p /srv/pub /srv/private; chmod 777 /srv/pub; chown alice /srv/private; echo page >/srv/pub/page
cat >/etc/samba/smb.conf <<'X'
[global]
	server role = standalone server
	map to guest = bad user
	disable netbios = yes
	smb ports = 445
[pub]
	path = /srv/pub
	guest ok = yes
	read only = no
[private]
	path = /srv/private
	valid users = alice
	read only = no
X
printf '[pub]\\n path = /srv/pub\\n read only = no\\n uid = nobody\\n gid = nogroup\\n auth users = copier\\n secrets file = /etc/rsyncd.secrets\\n' >/etc/rsyncd.conf
echo copier:secret >/etc/rsyncd.secrets; chmod 600 /etc/rsyncd.secrets`,
	questions: {
		"guest of the share": `cd /tmp && echo "$mark" >"$mark" && smbclient -N //127.0.0.1/pub -c "put $mark" && grep -q "$mark" "/srv/pub/$mark"`,
		"a person's share": `cd /tmp && echo "$mark" >"$mark" && smbclient -U alice%secret //127.0.0.1/private -c "put $mark" && test "$(stat -c %U "/srv/private/$mark")" = alice`,
		"smbstatus of root": "smbstatus -S >/dev/null",
		"smbpasswd of root": "printf 'secret\\nsecret\\n' | smbpasswd -s alice && pdbedit -L | grep -q ^alice:",
		"a copy by password": `cd /tmp && echo "$mark" >"$mark" && RSYNC_PASSWORD=secret rsync -q "$mark" rsync://copier@127.0.0.1/pub/ && test -e "/srv/pub/$mark"`,
	},
	options: {
		rsync: "--allow-secret /etc/rsyncd.secrets",
		smbd: "--bind /srv/private:rw --allow-write /srv/private",
	},
	upgraded: "rsync",
};
