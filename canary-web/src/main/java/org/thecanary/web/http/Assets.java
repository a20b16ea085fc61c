// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.http;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;

/** The files of the page, from the class path. Any thread. */
final class Assets {
    private static final Pattern NAME = Pattern.compile("[a-z0-9-]+\\.(js|css|svg|html)");
    private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/dist/";
    private static final Map<String, String> LIBRARY = Map.of(
            "uplot.js", UPLOT + "uPlot.iife.min.js",
            "uplot.css", UPLOT + "uPlot.min.css");
    private static final Map<String, String> TYPES = Map.of(
            "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "svg", "image/svg+xml",
            "html", "text/html; charset=utf-8");

    private final Class<?> beside;
    private final Map<String, Asset> known = new ConcurrentHashMap<>();

    /**
     * A file.
     *
     * @param tag changes when the file does
     */
    record Asset(String type, byte[] bytes, String tag) {}

    /** @param beside the class in whose package there is a folder {@code ui} */
    Assets(Class<?> beside) {
        this.beside = beside;
    }

    Optional<Asset> find(String name) {
        if (!NAME.matcher(name).matches()) {
            return Optional.empty();
        }
        return Optional.ofNullable(known.computeIfAbsent(name, this::load));
    }

    private @Nullable Asset load(String name) {
        String resource = LIBRARY.getOrDefault(name, "ui/" + name);
        try (InputStream in = beside.getResourceAsStream(resource)) {
            if (in == null) {
                return null;
            }
            byte[] bytes = in.readAllBytes();
            CRC32 sum = new CRC32();
            sum.update(bytes);
            String type = TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1), "");
            return new Asset(type, bytes, "\"" + Long.toHexString(sum.getValue()) + "\"");
        } catch (IOException e) {
            return null;
        }
    }

    static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }
}
