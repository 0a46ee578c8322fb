/*
 * The bystander: a process outside under an account of the sandbox. It has one of each object that processes of an account share, and
 * removes them when its input ends, also if its starter is killed. The shared memory is marked for removal at once and exists as long as
 * the process (shmctl(2)); the key expires.
 */

static int stand_by(void)
{
	enum { private = IPC_CREAT | IPC_EXCL | 0600, create = O_CREAT | O_EXCL | O_RDWR, key_seconds = 120 };
	struct text name;
	struct sockaddr_in address = loopback(0);
	struct sockaddr_un named;
	int size = sizeof address;
	long uid = number(fact("uid")), gid = number(fact("gid"));
	char byte;

	if (*fact("uid") && (call(setgroups, 0, 0) || call(setresgid, gid, gid, gid) || call(setresuid, uid, uid, uid)))
		return launch_failed;
	call(prctl, PR_SET_NAME, "cagewright-decoy", 0, 0, 0);
	set(&name, "cagewright-%s", token);
	long memory = call(shmget, IPC_PRIVATE, 4096, private);
	char *shared = (char *)call(shmat, memory, 0, 0);
	if (done((long)shared))
		memcpy(shared, token, length_of(token));
	call(shmctl, memory, IPC_RMID, 0);
	long messages = call(msgget, IPC_PRIVATE, private), semaphores = call(semget, IPC_PRIVATE, 1, private);
	bool has_queue = done(call(mq_open, name.bytes, create, 0600, 0));
	long key = call(add_key, "user", name.bytes, token, length_of(token), KEY_SPEC_USER_KEYRING);
	if (done(key))
		call(keyctl, KEYCTL_SET_TIMEOUT, key, key_seconds);
	long tcp = call(socket, AF_INET, SOCK_STREAM, IPPROTO_TCP);
	call(bind, tcp, &address, sizeof address);
	call(listen, tcp, 16);
	call(getsockname, tcp, &address, &size);
	long stream = call(socket, AF_UNIX, SOCK_STREAM, 0);
	call(bind, stream, &named, abstract_address(&named, name.bytes, ""));
	call(listen, stream, 16);
	call(bind, call(socket, AF_UNIX, SOCK_DGRAM, 0), &named, abstract_address(&named, name.bytes, "-datagrams"));

	say("pid=%d\taddress=%d\tmemory=%d\tmessages=%d\tsemaphores=%d\tport=%d\ttoken=%s\tqueue=%s\tkey=%s\tabstract=%s", call(getpid),
	    token, memory, messages, semaphores, (long)__builtin_bswap16(address.sin_port), token, has_queue ? name.bytes : "",
	    done(key) ? name.bytes : "", name.bytes);

	while (call(read, 0, &byte, 1) == 1)
		continue;
	call(msgctl, messages, IPC_RMID, 0);
	call(semctl, semaphores, 0, IPC_RMID, 0);
	if (has_queue)
		call(mq_unlink, name.bytes);
	if (done(key))
		call(keyctl, KEYCTL_UNLINK, key, KEY_SPEC_USER_KEYRING);
	return 0;
}
