// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.store;

import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.Checkpoint;
import org.rocksdb.CompressionType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

import java.io.IOException;
import java.nio.file.Path;

/** RocksDB, in one column family: a table is the first byte of a key. */
final class RocksEngine implements Engine {
    private static final long WRITE_BUFFER = 16 << 20;
    private static final int WRITE_BUFFERS = 3;
    private static final long BLOCK_CACHE = 8 << 20;
    private static final long MOST_LOG = 64 << 20;

    private final Path folder;
    private final Options options;
    private final Cache cache;
    private final RocksDB rocks;
    private final WriteOptions synced = new WriteOptions().setSync(true);
    private final WriteOptions unsynced = new WriteOptions();

    private RocksEngine(Path folder, Options options, Cache cache, RocksDB rocks) {
        this.folder = folder;
        this.options = options;
        this.cache = cache;
        this.rocks = rocks;
    }

    static Engine open(Path folder) throws IOException {
        return open(folder, false, RocksDB::open);
    }

    /** Opens what is there, and writes nothing. */
    static Engine openReadOnly(Path folder) throws IOException {
        return open(folder, false, RocksDB::openReadOnly);
    }

    /** Opens what can be opened of it, and writes nothing. */
    static Engine openDamaged(Path folder) throws IOException {
        return open(folder, true, RocksDB::openReadOnly);
    }

    private interface Opening {
        RocksDB open(Options options, String folder) throws RocksDBException;
    }

    private static Engine open(Path folder, boolean damaged, Opening opening) throws IOException {
        loadLibrary();
        Cache cache = new LRUCache(BLOCK_CACHE);
        Options options = new Options()
                .setCreateIfMissing(true)
                .setBestEffortsRecovery(damaged)
                .setWriteBufferSize(WRITE_BUFFER)
                .setMaxWriteBufferNumber(WRITE_BUFFERS)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setMaxTotalWalSize(MOST_LOG)
                .setMaxBackgroundJobs(2)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(2)
                .setStatsDumpPeriodSec(0)
                .setTableFormatConfig(new BlockBasedTableConfig()
                        .setBlockCache(cache)
                        .setCacheIndexAndFilterBlocks(true)
                        .setPinL0FilterAndIndexBlocksInCache(true));
        try {
            RocksDB rocks = opening.open(options, folder.toString());
            return new RocksEngine(folder, options, cache, rocks);
        } catch (RocksDBException e) {
            options.close();
            cache.close();
            throw failure(e);
        }
    }

    /** From java.library.path, where the launcher has it, or else unpacked from its jar to a temporary file. */
    private static void loadLibrary() throws IOException {
        try {
            RocksDB.loadLibrary();
        } catch (LinkageError | RuntimeException e) { // what it throws where it cannot
            throw new IOException("the library of RocksDB cannot be loaded: " + e.getMessage(), e);
        }
    }

    private static IOException failure(RocksDBException e) {
        Status status = e.getStatus();
        String message = String.valueOf(e.getMessage());
        if (status != null && status.getCode() == Status.Code.Corruption) {
            return new DamagedException(message, e);
        }
        return new IOException(message, e);
    }

    @Override
    public void write(Writes writes, boolean sync) throws IOException {
        try (WriteBatch batch = new WriteBatch(writes.toBytes())) {
            rocks.write(sync ? synced : unsynced, batch);
        } catch (RocksDBException e) {
            throw failure(e);
        }
    }

    @Override
    public void sync() throws IOException {
        try {
            rocks.flushWal(true);
        } catch (RocksDBException e) {
            throw failure(e);
        }
    }

    @Override
    public byte @Nullable [] get(byte[] key) throws IOException {
        try {
            return rocks.get(key);
        } catch (RocksDBException e) {
            throw failure(e);
        }
    }

    @Override
    public Cursor cursor() {
        ReadOptions read = new ReadOptions();
        return new RocksCursor(read, rocks.newIterator(read));
    }

    @Override
    public void copyTo(Path target) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.create(rocks)) {
            checkpoint.createCheckpoint(target.toString());
        } catch (RocksDBException e) {
            throw failure(e);
        }
    }

    @Override
    public long entries() {
        try {
            return rocks.getLongProperty("rocksdb.estimate-num-keys");
        } catch (RocksDBException e) {
            return 0;
        }
    }

    @Override
    public long bytes() {
        return StoreFolder.bytes(folder);
    }

    @Override
    public void close() {
        rocks.close();
        synced.close();
        unsynced.close();
        options.close();
        cache.close();
    }

    private static final class RocksCursor implements Cursor {
        private final ReadOptions read;
        private final RocksIterator iterator;

        RocksCursor(ReadOptions read, RocksIterator iterator) {
            this.read = read;
            this.iterator = iterator;
        }

        @Override
        public void seek(byte[] key) {
            iterator.seek(key);
        }

        @Override
        public void seekBack(byte[] key) {
            iterator.seekForPrev(key);
        }

        @Override
        public boolean isValid() {
            return iterator.isValid();
        }

        @Override
        public void next() {
            iterator.next();
        }

        @Override
        public void previous() {
            iterator.prev();
        }

        @Override
        public byte[] key() {
            return iterator.key();
        }

        @Override
        public byte[] value() {
            return iterator.value();
        }

        @Override
        public void check() throws IOException {
            try {
                iterator.status();
            } catch (RocksDBException e) {
                throw failure(e);
            }
        }

        @Override
        public void close() {
            iterator.close();
            read.close();
        }
    }
}
