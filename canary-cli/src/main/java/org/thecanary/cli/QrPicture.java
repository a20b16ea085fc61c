// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import io.nayuki.qrcodegen.QrCode;

import java.util.Locale;

/** A QR code for a terminal or a browser, with the quiet zone of four modules around it [ISO/IEC 18004]. */
final class QrPicture {
    private static final int QUIET = 4;

    private static final String WHITE_ON_BLACK = "\u001b[97;40m";
    private static final String PLAIN = "\u001b[0m";

    private final QrCode code;

    QrPicture(String text) {
        this.code = QrCode.encodeText(text, QrCode.Ecc.MEDIUM);
    }

    /** Modules on each side, with the quiet zone. */
    int size() {
        return code.size + 2 * QUIET;
    }

    /** Outside of the code all is light. */
    boolean dark(int x, int y) {
        return code.getModule(x - QUIET, y - QUIET);
    }

    /**
     * Two rows of modules in one line of text; what is light is drawn, as on a dark terminal.
     *
     * @param colours whether to set white on black, so that it is right on a light terminal too
     */
    String halfBlocks(boolean colours) {
        var text = new StringBuilder();
        for (int y = 0; y < size(); y += 2) {
            text.append(colours ? WHITE_ON_BLACK : "");
            for (int x = 0; x < size(); x++) {
                boolean upper = !dark(x, y);
                boolean lower = y + 1 < size() && !dark(x, y + 1);
                text.append(upper ? lower ? '█' : '▀' : lower ? '▄' : ' ');
            }
            text.append(colours ? PLAIN : "").append('\n');
        }
        return text.toString();
    }

    /** Black on white; one unit is one module. */
    String svg() {
        var path = new StringBuilder();
        for (int y = 0; y < size(); y++) {
            for (int x = 0; x < size(); x++) {
                if (dark(x, y)) {
                    path.append(String.format(Locale.ROOT, "M%d %dh1v1h-1z", x, y));
                }
            }
        }
        return """
                <?xml version="1.0" encoding="UTF-8"?>
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$d %1$d" shape-rendering="crispEdges">
                <rect width="%1$d" height="%1$d" fill="#fff"/>
                <path d="%2$s" fill="#000"/>
                </svg>
                """.formatted(size(), path);
    }
}
