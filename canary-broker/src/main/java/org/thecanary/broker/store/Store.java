// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.store;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.thecanary.mqtt.topic.TopicName;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;

/**
 * What is kept on disk. One thread writes: it takes all that has come while it was writing, writes that in one go, and
 * tells those who wait. There is no artificial wait: a lone change is written at once, and under load groups grow by
 * themselves.
 *
 * <p>Nothing is opened before there is something to keep, unless something was kept before.
 *
 * <p>Any thread.
 */
public final class Store implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("broker");
    private static final int MOST_BYTES = 1 << 20;
    private static final long RETRY_MILLIS = 250;
    private static final int MOST_STALE = 1 << 16;

    private final Path folder;
    private final boolean sync;
    private final StoreFolder place;
    private final StoreLock lock;
    private final Consumer<String> losses;
    private final StoreListener listener;
    private final ChangeWriter writer;
    private final Clearing clearing;
    private final AtomicLong lastMessage = new AtomicLong();
    private final AtomicLong lastSession = new AtomicLong();
    private final ReentrantReadWriteLock opening = new ReentrantReadWriteLock();
    private @Nullable Engine engine; // guarded by opening
    private final Thread thread = new Thread(this::run, "store");
    private final ExecutorService reads = Executors.newSingleThreadExecutor(
            task -> Thread.ofPlatform().daemon().name("store-reader").unstarted(task));
    private volatile boolean failing;

    /** Retained Messages of QoS 0 that have changed while nothing could be written; guarded by itself. */
    private final Set<TopicName> stale = new LinkedHashSet<>();

    // of the store's thread
    private final ArrayDeque<Group> taken = new ArrayDeque<>();
    private int added; // groups of those, whose changes are among the writes
    private boolean promised;
    private final AtomicLong commits = new AtomicLong();
    private final AtomicLong syncs = new AtomicLong();

    // guarded by pending
    private final ArrayDeque<Object> pending = new ArrayDeque<>();
    private boolean closing;

    /** Changes that are written together, and who waits for them. */
    public interface Group {
        List<Change> changes();

        /** Whether somebody is answered when it is written, so that it has to be on disk. */
        boolean isPromised();

        /** It is written. On the store's thread. */
        void committed();

        /** It cannot be written now; it is tried again until it can. On the store's thread. */
        void delayed();
    }

    private record QueueRead(
            long session,
            long from,
            long to,
            int most,
            int mostBytes,
            Consumer<QueuePage> reader) {}

    private record Sync(Runnable then) {}

    /**
     * A store that is not open yet: what is given to it waits.
     *
     * @param folder made when there is something to keep
     * @param sync whether what is committed is on disk, rather than with the operating system
     */
    public Store(Path folder, boolean sync, StoreListener listener) {
        this(folder, sync, listener, RocksEngine::open, LOG::error);
    }

    Store(
            Path folder,
            boolean sync,
            StoreListener listener,
            Engine.Factory engines,
            Consumer<String> losses) {
        this.folder = folder;
        this.sync = sync;
        this.losses = losses;
        this.place = new StoreFolder(folder, engines, losses);
        this.lock = new StoreLock(folder);
        this.listener = listener;
        this.writer = new ChangeWriter(listener::retained);
        this.clearing = new Clearing(writer, listener::orphaned);
    }

    /**
     * Reads what was kept, and begins to write.
     *
     * @param restored told what was kept
     * @throws IOException with a sentence, if what was kept cannot be opened, or another broker keeps its messages there
     */
    public void open(Restoration restored) throws IOException {
        lock.take();
        try {
            if (Files.isDirectory(folder)) {
                restore(restored);
            }
        } catch (IOException e) {
            lock.close();
            throw e;
        }
        thread.setDaemon(true);
        thread.start();
    }

    /** Told, before the store is open, what was kept. */
    public interface Restoration {
        void retained(StoredMessage message);

        void session(RestoredSession session);
    }

    private void restore(Restoration restored) throws IOException {
        try {
            read(restored);
        } catch (Engine.DamagedException e) {
            closeEngine();
            engine = place.setAside(e);
            read(restored);
        }
    }

    private void read(Restoration restored) throws IOException {
        Engine opened = engine();
        Recovery recovery = new Recovery(opened);
        List<StoredMessage> retained = new ArrayList<>();
        List<RestoredSession> sessions = new ArrayList<>();
        List<Long> over = new ArrayList<>();
        recovery.clearing(over::add);
        recovery.retained(retained::add);
        recovery.sessions(sessions::add);
        lastMessage.set(recovery.last(Schema.MESSAGE));
        lastSession.set(Math.max(recovery.last(Schema.SESSION), recovery.last(Schema.CLEARING)));
        // Nothing was found damaged.
        over.forEach(clearing::add);
        retained.forEach(restored::retained);
        for (RestoredSession session : sessions) {
            writer.restored(session.session().number());
            restored.session(session);
        }
        if (recovery.unreadable() > 0) {
            LOG.error(
                    "{}: {} entries could not be read and are lost.",
                    folder,
                    recovery.unreadable());
        }
    }

    /** A number for a message, growing. */
    public long nextMessage() {
        return lastMessage.incrementAndGet();
    }

    /** A number for a session, growing. */
    public long nextSession() {
        return lastSession.incrementAndGet();
    }

    /** Whether nothing can be written at present. */
    public boolean isFailing() {
        return failing;
    }

    /**
     * While nothing can be written, notes that a topic's Retained Message is another now, to be written later: many
     * changes of a topic take no more room than one. Of topics there is room for 65,536; of others the disk keeps what
     * it has, as [MQTT-3.3.1-7] of version 3.1.1 allows for QoS 0.
     *
     * @return false if it can be written now
     */
    public boolean defer(TopicName topic) {
        synchronized (stale) {
            if (failing && stale.size() < MOST_STALE) {
                stale.add(topic);
            }
            return failing;
        }
    }

    /** Groups of changes that were written, and how often that waited for the disk. */
    public long commits() {
        return commits.get();
    }

    /** How often a commit waited for the disk. */
    public long syncs() {
        return syncs.get();
    }

    /** Has changes written, after all that were given before. */
    public void append(Group group) {
        enqueue(group);
    }

    /**
     * Reads from a session's queue, after all is written that was given before.
     *
     * @param from the first sequence
     * @param to the last sequence
     * @param reader told on a thread of the store
     */
    public void read(
            long session, long from, long to, int most, int mostBytes, Consumer<QueuePage> reader) {
        enqueue(new QueueRead(session, from, to, most, mostBytes, reader));
    }

    /**
     * Has the disk hold all that was given before, that too which nobody waits for.
     *
     * @param then run when it does, on the store's thread; never, if the store cannot be written until its end
     */
    public void sync(Runnable then) {
        enqueue(new Sync(then));
    }

    private void enqueue(Object task) {
        synchronized (pending) {
            pending.add(task);
            if (pending.size() == 1) {
                pending.notifyAll();
            }
        }
    }

    /** Writes a copy of all that is committed into a folder that does not exist yet. */
    public void copyTo(Path target) throws IOException {
        opening.readLock().lock();
        try {
            if (engine == null) {
                throw new IOException("nothing is kept yet, so there is nothing to copy.");
            }
            engine.copyTo(target);
        } finally {
            opening.readLock().unlock();
        }
    }

    /** What is kept now. Reads all of it. */
    public StoreReport report() throws IOException {
        opening.readLock().lock();
        try {
            return engine == null ? StoreReport.EMPTY : new Recovery(engine).report();
        } finally {
            opening.readLock().unlock();
        }
    }

    /**
     * Reads all of a copy, and changes nothing of it.
     *
     * @throws IOException with a sentence, if it cannot be opened or read
     */
    public static StoreReport check(Path folder) throws IOException {
        try (Engine copy = RocksEngine.openReadOnly(folder)) {
            new StoreFolder(folder, RocksEngine::open, LOG::error).checkFormat(copy);
            return new Recovery(copy).report();
        }
    }

    /** The folder. */
    public Path folder() {
        return folder;
    }

    /** Bytes on disk; 0 while nothing is kept. */
    public long bytes() {
        opening.readLock().lock();
        try {
            return engine == null ? 0 : engine.bytes();
        } finally {
            opening.readLock().unlock();
        }
    }

    // --- the store's thread

    private void run() {
        List<Object> tasks = new ArrayList<>();
        Writes writes = new Writes();
        while (take(tasks)) {
            try {
                write(tasks, writes);
            } catch (RuntimeException | Error e) {
                LOG.error("{}: internal error; what came last is not kept.", folder, e);
                forget(writes);
            }
            tasks.clear();
        }
    }

    /** Waits until there is something to do; false at the end. */
    private boolean take(List<Object> into) {
        synchronized (pending) {
            while (pending.isEmpty() && !closing && clearing.isDone()) {
                try {
                    pending.wait();
                } catch (InterruptedException e) {
                    closing = true; // nobody interrupts us but to end the program
                }
            }
            if (pending.isEmpty() && closing) {
                return false;
            }
            into.addAll(pending);
            pending.clear();
            return true;
        }
    }

    private void write(List<Object> tasks, Writes writes) {
        List<QueueRead> after = new ArrayList<>();
        List<Sync> syncing = new ArrayList<>();
        for (Object task : tasks) {
            if (task instanceof Group group) {
                taken.add(group);
            }
        }
        for (Object task : tasks) {
            switch (task) {
                case Group group -> {
                    for (Change change : group.changes()) {
                        add(change, writes);
                    }
                    added++;
                    promised |= group.isPromised();
                }
                case QueueRead read -> after.add(read);
                case Sync sync -> syncing.add(sync);
                default -> throw new IllegalStateException();
            }
            if (writes.length() >= MOST_BYTES) {
                commit(writes);
            }
        }
        if (!clearing.isDone() && !failing) {
            commit(writes); // before, since it looks at what is there
            clear(writes);
        }
        commit(writes);
        if (!syncing.isEmpty() && syncNow()) {
            syncing.forEach(done -> done.then.run());
        }
        after.forEach(read -> reads.execute(() -> read(read)));
    }

    /** False at the end. */
    private boolean syncNow() {
        while (true) {
            try {
                engine().sync();
                syncs.incrementAndGet();
                return true;
            } catch (IOException e) {
                if (!retry(e)) {
                    return false;
                }
            }
        }
    }

    private void add(Change change, Writes writes) {
        if (change instanceof Change.SessionEnded(var session)) {
            clearing.add(session);
        }
        while (true) {
            try {
                writer.add(change, writes, engine());
                return;
            } catch (IOException e) {
                if (!retry(e)) {
                    return;
                }
            }
        }
    }

    private void clear(Writes writes) {
        try {
            clearing.step(writes, engine());
        } catch (IOException e) {
            LOG.warn("{}: cannot clear away an old queue now: {}", folder, e.getMessage());
        }
    }

    private void commit(Writes writes) {
        while (!writes.isEmpty()) {
            try {
                engine().write(writes, promised && sync);
                commits.incrementAndGet();
                if (promised && sync) {
                    syncs.incrementAndGet();
                }
                break;
            } catch (IOException e) {
                if (!retry(e)) {
                    forget(writes);
                    return;
                }
            }
        }
        writes.clear();
        if (failing) {
            recover();
        }
        for (; added > 0; added--) {
            taken.remove().committed();
        }
        promised = false;
    }

    private void forget(Writes writes) {
        writes.clear();
        taken.clear();
        added = 0;
        promised = false;
    }

    private void recover() {
        List<Change> late = new ArrayList<>();
        synchronized (stale) {
            failing = false;
            stale.forEach(topic -> late.add(new Change.Retained(topic, false)));
            stale.clear();
        }
        LOG.warn("{}: can be written again.", folder);
        if (!late.isEmpty()) {
            enqueue(new Late(late));
        }
        listener.recovered();
    }

    /** What has changed while nothing could be written. */
    private record Late(List<Change> changes) implements Group {
        @Override
        public boolean isPromised() {
            return false;
        }

        @Override
        public void committed() {}

        @Override
        public void delayed() {}
    }

    /** Waits a little and closes the engine, so that the next attempt begins with what is on disk; false at the end. */
    private boolean retry(IOException e) {
        if (!failing) {
            failing = true;
            LOG.error(
                    "{}: cannot be written: {}. Messages that must be kept are refused until it can.",
                    folder,
                    e.getMessage());
            taken.forEach(Group::delayed);
        }
        synchronized (pending) {
            // Those who have not heard of it in time.
            for (Object task : pending) {
                if (task instanceof Group group) {
                    group.delayed();
                }
            }
            if (closing) {
                return false;
            }
            try {
                pending.wait(RETRY_MILLIS);
            } catch (InterruptedException interrupted) {
                closing = true;
                return false;
            }
        }
        closeEngine();
        return true;
    }

    private Engine engine() throws IOException {
        Engine open = engine;
        if (open == null) {
            opening.writeLock().lock();
            try {
                open = place.open();
                engine = open;
            } finally {
                opening.writeLock().unlock();
            }
        }
        return open;
    }

    private void closeEngine() {
        opening.writeLock().lock();
        try {
            if (engine != null) {
                engine.close();
                engine = null;
            }
        } finally {
            opening.writeLock().unlock();
        }
    }

    private void read(QueueRead read) {
        while (true) {
            opening.readLock().lock();
            try {
                if (engine != null) {
                    Recovery recovery = new Recovery(engine);
                    QueuePage page = recovery.page(
                            read.session, read.from, read.to, read.most, read.mostBytes);
                    if (recovery.unreadable() > 0) {
                        losses.accept(
                                folder + ": damaged. " + recovery.unreadable()
                                        + " messages that waited for a client cannot be read and are lost.");
                    }
                    read.reader.accept(page);
                    return;
                }
            } catch (IOException e) {
                LOG.error("{}: cannot be read: {}", folder, e.getMessage());
            } finally {
                opening.readLock().unlock();
            }
            try {
                Thread.sleep(RETRY_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Writes what was given, and closes. */
    @Override
    public void close() {
        synchronized (pending) {
            closing = true;
            pending.notifyAll();
        }
        try {
            if (thread.isAlive()) {
                thread.join();
            }
            reads.shutdownNow();
            reads.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closeEngine();
        lock.close();
    }
}
