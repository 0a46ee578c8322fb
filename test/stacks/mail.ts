import type { Stack } from "./stack.ts";

const search = `for i in 1 2 3 4 5 6 7 8; do curl -sS -m 10 -u bob:secret imap://127.0.0.1/INBOX -X "SEARCH BODY $mark" | grep -qE 'SEARCH [0-9]' && exit 0; sleep 1; done; exit 1`;

/** A mail server that asks another one for passwords and delivers to it, by sockets in its own spool, for accounts of the system. */
export const mail: Stack = {
	name: "mail",
	packages: ["dovecot-imapd", "dovecot-lmtpd", "openssl", "postfix", "swaks"],
	services: ["dovecot", "postfix"],
	configure: `useradd -m bob; echo bob:secret | chpasswd
cat >/etc/dovecot/conf.d/99-stack.conf <<'X'
auth_allow_cleartext = yes
ssl = no
mail_driver = maildir
mail_path = ~/Maildir
mail_inbox_path =
auth_username_format = %{user|username}
auth_mechanisms = plain login
service auth {
  unix_listener /var/spool/postfix/private/auth {
    mode = 0660
    user = postfix
    group = postfix
  }
}
service lmtp {
  unix_listener /var/spool/postfix/private/dovecot-lmtp {
    mode = 0600
    user = postfix
    group = postfix
  }
}
X
mkdir -p /etc/dovecot/private
[ -f /etc/dovecot/private/dovecot.pem ] || openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=mx.stack.test -days 30 -keyout /etc/dovecot/private/dovecot.key -out /etc/dovecot/private/dovecot.pem
[ -f /etc/postfix/main.cf ] || cp /usr/share/postfix/main.cf.debian /etc/postfix/main.cf
postconf -e myhostname=mx.stack.test mydestination=stack.test,localhost inet_interfaces=loopback-only smtpd_sasl_auth_enable=yes smtpd_sasl_type=dovecot smtpd_sasl_path=private/auth mailbox_transport=lmtp:unix:private/dovecot-lmtp smtpd_recipient_restrictions=permit_sasl_authenticated,reject smtputf8_enable=no
newaliases; postfix check`,
	questions: {
		"a person who sends and reads": `swaks --silent 2 --server 127.0.0.1 --port 25 --auth PLAIN --auth-user bob --auth-password secret --from bob@stack.test --to bob@stack.test --body "$mark" --timeout 15; ${search}`,
		"a program that sends": `echo "$mark" | runuser -u nobody -- sendmail bob@stack.test; ${search}`,
		"postqueue of nobody": "runuser -u nobody -- postqueue -p",
		"postqueue of root": "postqueue -f && postqueue -p",
		"doveadm of root": "doveadm who && doveadm mailbox list -u bob",
	},
	options: {
		dovecot: [
			"--allow-secret /etc/ssl/private/ssl-cert-snakeoil.key --allow-secret /etc/shadow --allow-setuid /usr/sbin/unix_chkpwd",
			"--accept-finding lockout --accept-finding shadow-file:/etc/shadow --bind /home:rw --allow-write /home",
			"--client-probe 'curl -fsS -u bob:secret imap://127.0.0.1/INBOX'",
		].join(" "),
		postfix: "--allow-secret /etc/ssl/private/ssl-cert-snakeoil.key",
	},
	upgraded: "postfix",
};
