// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.util.NetUtil;

import org.jspecify.annotations.Nullable;

import java.net.Inet6Address;
import java.net.UnknownHostException;

/**
 * The header of the PROXY protocol, as HAProxy's {@code proxy-protocol.txt} writes it: version 1 a line of text, version 2
 * bytes.
 *
 * <p>Immutable.
 *
 * @param local whether the proxy speaks for itself, to see whether we are well
 * @param address the client's "address:port", or "path:0" of a UNIX socket; null where the proxy does not know
 * @param tls what the client spoke to the proxy; null where that was not TLS
 */
record ProxyAnnouncement(
        boolean local, @Nullable String address, @Nullable Tls tls) {
    private static final byte[] TEXT_START = "PROXY ".getBytes(US_ASCII);
    private static final byte[] BYTES_START = "\r\n\r\n\0\r\nQUIT\n".getBytes(US_ASCII);

    private static final int TEXT_MOST_BYTES = 107;
    private static final int FIXED_BYTES = 16;

    private static final int TCP_IPV4 = 0x11;
    private static final int TCP_IPV6 = 0x21;
    private static final int UNIX_STREAM = 0x31;
    private static final int UNIX_PATH_BYTES = 108;

    private static final int TYPE_SSL = 0x20;
    private static final int SUBTYPE_VERSION = 0x21;
    private static final int SUBTYPE_COMMON_NAME = 0x22;
    private static final int SUBTYPE_CIPHER = 0x23;

    /**
     * TLS between client and proxy.
     *
     * @param verified whether the client showed a certificate that the proxy found in order
     */
    record Tls(
            boolean verified,
            @Nullable String version,
            @Nullable String cipher,
            @Nullable String commonName) {
        private static final int SPOKEN = 1;
        private static final int CERTIFICATE = 2 | 4; // of this connection, or of its session

        private static @Nullable Tls read(ByteBuf part) {
            require(part.readableBytes() >= 5);
            int client = part.readUnsignedByte();
            boolean inOrder = part.readInt() == 0;
            String version = null;
            String cipher = null;
            String commonName = null;
            while (part.isReadable()) {
                int type = part.readUnsignedByte();
                ByteBuf value = value(part);
                switch (type) {
                    case SUBTYPE_VERSION -> version = text(value);
                    case SUBTYPE_CIPHER -> cipher = text(value);
                    case SUBTYPE_COMMON_NAME ->
                        commonName = value.isReadable() ? text(value) : null;
                    default -> {}
                }
            }
            return (client & SPOKEN) == 0
                    ? null
                    : new Tls((client & CERTIFICATE) != 0 && inOrder, version, cipher, commonName);
        }
    }

    /**
     * Reads a header of this version.
     *
     * @return null while it has not come whole; nothing has been read then
     * @throws CorruptedFrameException as soon as it cannot become one
     */
    static @Nullable ProxyAnnouncement read(ByteBuf in, int version) {
        return version == 1 ? readText(in) : readBytes(in);
    }

    private static @Nullable ProxyAnnouncement readText(ByteBuf in) {
        requireStart(in, TEXT_START);
        int first = in.readerIndex();
        int length = Math.min(in.readableBytes(), TEXT_MOST_BYTES);
        int end = in.indexOf(first, first + length, (byte) '\n');
        if (end < 0) {
            require(length < TEXT_MOST_BYTES);
            return null;
        }
        String line = in.readCharSequence(end + 1 - first, US_ASCII).toString();
        require(line.endsWith("\r\n"));
        String[] words = line.substring(0, line.length() - 2).split(" ", -1);
        if (words[1].equals("UNKNOWN")) {
            return new ProxyAnnouncement(false, null, null);
        }
        require(words.length == 6);
        boolean v6 = words[1].equals("TCP6");
        require(v6 || words[1].equals("TCP4"));
        require(isAddress(words[2], v6) && isAddress(words[3], v6));
        require(isPort(words[4]) && isPort(words[5]));
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(words[2]);
        return new ProxyAnnouncement(false, text(bytes, v6 ? 16 : 4) + ":" + words[4], null);
    }

    private static boolean isAddress(String word, boolean v6) {
        return v6
                ? word.chars().noneMatch(c -> c == '[' || c == '%')
                        && NetUtil.isValidIpV6Address(word)
                : NetUtil.isValidIpV4Address(word);
    }

    private static boolean isPort(String word) {
        return word.matches("[1-9][0-9]{0,4}") && Integer.parseInt(word) <= 0xFFFF;
    }

    private static @Nullable ProxyAnnouncement readBytes(ByteBuf in) {
        requireStart(in, BYTES_START);
        if (in.readableBytes() < FIXED_BYTES) {
            return null;
        }
        int fixed = in.readerIndex() + BYTES_START.length;
        int versionAndCommand = in.getUnsignedByte(fixed);
        boolean local = versionAndCommand == 0x20;
        require(local || versionAndCommand == 0x21);
        int family = in.getUnsignedByte(fixed + 1);
        require(local || family == TCP_IPV4 || family == TCP_IPV6 || family == UNIX_STREAM);
        int length = in.getUnsignedShort(fixed + 2);
        if (in.readableBytes() < FIXED_BYTES + length) {
            return null;
        }
        ByteBuf body = in.skipBytes(FIXED_BYTES).readSlice(length);
        if (local) {
            return new ProxyAnnouncement(true, null, null); // what follows is to be ignored
        }
        String address = switch (family) {
            case TCP_IPV4 -> internetAddress(body, 4);
            case TCP_IPV6 -> internetAddress(body, 16);
            default -> unixPath(body) + ":0";
        };
        Tls tls = null;
        while (body.isReadable()) {
            int type = body.readUnsignedByte();
            ByteBuf value = value(body);
            if (type == TYPE_SSL) {
                tls = Tls.read(value);
            }
        }
        return new ProxyAnnouncement(false, address, tls);
    }

    /** The source of source, destination and their ports. */
    private static String internetAddress(ByteBuf body, int bytes) {
        require(body.readableBytes() >= 2 * bytes + 4);
        byte[] source = new byte[bytes];
        body.readBytes(source).skipBytes(bytes);
        int port = body.readUnsignedShort();
        body.skipBytes(2);
        return text(source, bytes) + ":" + port;
    }

    /** An IPv4 address that a dual-stack proxy gives as an IPv6 one ends in dots, as inet_ntop writes it. */
    private static String text(byte[] address, int bytes) {
        try {
            return bytes == 4
                    ? NetUtil.bytesToIpAddress(address)
                    : NetUtil.toAddressString(Inet6Address.getByAddress(null, address, -1), true);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of another length", e);
        }
    }

    /**
     * What came instead of a header of this version, and what to do.
     *
     * @param first byte of it
     */
    static String whatElse(int first, int version) {
        if (first == (version == 1 ? '\r' : 'P')) {
            return "this is a header of version " + (3 - version)
                    + "; set enable_proxy_protocol to it, or have the proxy send version "
                    + version;
        }
        if (first == 0x10 || first == 0x16) {
            return "this is " + (first == 0x10 ? "MQTT" : "TLS")
                    + " without a header; clients come to"
                    + " this port through a proxy that sends one";
        }
        return "what comes first is no header of version " + version;
    }

    /** Two paths of 108 bytes; or one that is as long as it is, which mosquitto takes. */
    private static String unixPath(ByteBuf body) {
        require(body.isReadable());
        ByteBuf source = body.readableBytes() >= 2 * UNIX_PATH_BYTES
                ? body.readSlice(2 * UNIX_PATH_BYTES).slice(0, UNIX_PATH_BYTES)
                : body;
        int end = source.bytesBefore((byte) 0);
        String path = text(source.readSlice(end < 0 ? source.readableBytes() : end));
        if (source.isReadable()) {
            source.skipBytes(1);
        }
        return path;
    }

    private static ByteBuf value(ByteBuf parts) {
        require(parts.readableBytes() >= 2);
        int length = parts.readUnsignedShort();
        require(parts.readableBytes() >= length);
        return parts.readSlice(length);
    }

    /** It is logged, so no line may end within it. */
    private static String text(ByteBuf value) {
        String text = value.toString(UTF_8);
        require(text.chars().noneMatch(Character::isISOControl));
        return text;
    }

    private static void requireStart(ByteBuf in, byte[] start) {
        for (int i = 0; i < Math.min(start.length, in.readableBytes()); i++) {
            require(in.getByte(in.readerIndex() + i) == start[i]);
        }
    }

    private static void require(boolean isInOrder) {
        if (!isInOrder) {
            throw new CorruptedFrameException("no PROXY header");
        }
    }
}
