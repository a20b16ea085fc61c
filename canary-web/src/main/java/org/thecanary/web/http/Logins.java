// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.thecanary.web.history.LoginTable;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * Sessions of people, and how often a password may be tried.
 *
 * <p>A session is a token in a cookie; only its hash is kept. A part of it is random, the other binds it to the password it
 * was given for, so that it ends with that password. Five wrong passwords for a name or from an address
 * make it wait a minute. Passwords are verified two at a time, since each takes memory and a tenth of a second.
 *
 * <p>Any thread; {@link #logIn} blocks.
 */
public final class Logins {
    static final Duration LASTS = Duration.ofDays(30);
    static final int TRIES = 5;
    static final Duration PAUSE = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger("web");
    private static final int MOST_PASSWORD = 1_024;
    private static final int MOST_REMEMBERED = 10_000;
    private static final int SECRET_CHARACTERS = 43; // of 256 bits
    private static final int TOKEN_CHARACTERS = 2 * SECRET_CHARACTERS;

    private final People people;
    private final LoginTable table;
    private final SecureRandom random = new SecureRandom();
    private final Semaphore verifying = new Semaphore(2);
    private final Map<String, LoginTable.Login> sessions = new ConcurrentHashMap<>();
    private final Map<String, Failures> failures = new LinkedHashMap<>();

    private record Failures(int count, long sinceMillis) {}

    /**
     * A person who is logged in.
     *
     * @param csrf the token that requests which change something must carry
     */
    public record Session(String name, Role role, String csrf) {}

    public Logins(People people, LoginTable table) {
        this.people = people;
        this.table = table;
    }

    /**
     * Lets those in again who were before a restart.
     *
     * @throws SQLException if the table of logins cannot be read
     */
    public void recall(long nowMillis) throws SQLException {
        table.all(nowMillis).forEach(login -> sessions.putIfAbsent(login.token(), login));
    }

    /**
     * The token of a new session.
     *
     * @throws Refusal if the password is wrong or was tried too often
     */
    public String logIn(String name, String password, String address, long nowMillis)
            throws Refusal {
        Optional<People.Person> person;
        verifying.acquireUninterruptibly();
        try {
            // Here, so that many who ask at once do not all count as the first.
            checkTries(name, nowMillis);
            checkTries(address, nowMillis);
            person =
                    people.find(name); // before it is verified: a password may be changed meanwhile
            if (password.length() > MOST_PASSWORD || !people.verify(name, password)) {
                person = Optional.empty();
            }
        } finally {
            verifying.release();
        }
        if (person.isEmpty()) {
            int left = Math.min(failed(name, nowMillis), failed(address, nowMillis));
            LOG.warn("web: wrong name or password from {}", address);
            throw new Refusal(
                    401,
                    left > 0
                            ? "Name or password is wrong. " + left + (left == 1 ? " try" : " tries")
                                    + " left, then wait 1 minute."
                            : "Name or password is wrong. Wait 1 minute before the next try.");
        }
        synchronized (failures) {
            failures.remove(name);
            failures.remove(address);
        }
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        String token = secret + binding(secret, person.get());
        LoginTable.Login login =
                new LoginTable.Login(hash(token), name, nowMillis + LASTS.toMillis());
        sessions.put(login.token(), login);
        try {
            table.add(login);
        } catch (SQLException e) {
            LOG.warn("web: a login is not kept over a restart: {}", e.getMessage());
        }
        return token;
    }

    private void checkTries(String key, long nowMillis) throws Refusal {
        synchronized (failures) {
            Failures so = failures.get(key);
            if (so != null && nowMillis - so.sinceMillis > PAUSE.toMillis()) {
                failures.remove(key);
            } else if (so != null && so.count >= TRIES) {
                long seconds = (PAUSE.toMillis() - (nowMillis - so.sinceMillis)) / 1000 + 1;
                throw new Refusal(
                        429, "Too many wrong passwords. Wait " + seconds + " s, then try again.");
            }
        }
    }

    /** How many tries are left. */
    private int failed(String key, long nowMillis) {
        synchronized (failures) {
            Failures so = failures.get(key);
            Failures now = new Failures(so == null ? 1 : so.count + 1, nowMillis);
            failures.remove(key);
            failures.put(key, now);
            if (failures.size() > MOST_REMEMBERED) {
                failures.remove(failures.keySet().iterator().next());
            }
            return TRIES - now.count;
        }
    }

    /** The session of a token; empty: there is none, or no longer. */
    public Optional<Session> session(@Nullable String token, long nowMillis) {
        if (token == null || token.length() != TOKEN_CHARACTERS) {
            return Optional.empty();
        }
        LoginTable.Login login = sessions.get(hash(token));
        if (login == null || login.expiresMillis() < nowMillis) {
            return Optional.empty();
        }
        return people.find(login.name())
                .filter(person -> isBoundTo(token, person))
                .map(person -> new Session(login.name(), person.role(), hash("csrf " + token)));
    }

    private static String binding(String secret, People.Person person) {
        return hash(secret + " " + person.password().encoded());
    }

    private static boolean isBoundTo(String token, People.Person person) {
        String secret = token.substring(0, SECRET_CHARACTERS);
        return same(token.substring(SECRET_CHARACTERS), binding(secret, person));
    }

    /** Whether two texts are the same; takes as long where they are not. */
    static boolean same(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(UTF_8), other.getBytes(UTF_8));
    }

    /** Ends a session. */
    public void logOut(String token) {
        LoginTable.Login login = sessions.remove(hash(token));
        if (login != null) {
            try {
                table.remove(login.token());
            } catch (SQLException e) {
                LOG.warn("web: a logout is not kept over a restart: {}", e.getMessage());
            }
        }
    }

    /** A token has 256 bits of chance, so a plain hash of it tells nobody anything. */
    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
