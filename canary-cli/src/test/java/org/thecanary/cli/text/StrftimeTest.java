// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.ZoneId;
import java.time.ZonedDateTime;

/** What glibc's strftime makes of the same formats at this time. */
class StrftimeTest {
    private static final ZonedDateTime TIME =
            ZonedDateTime.of(2026, 3, 2, 7, 5, 9, 0, ZoneId.of("UTC"));

    private static void isFormatted(String format, String text) {
        assertThat(new Strftime(format).format(TIME)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "'%Y-%m-%dT%H:%M:%S', '2026-03-02T07:05:09'",
        "'%e %k %l %j %y %C', ' 2  7  7 061 26 20'",
        "'%a %A %b %B %p %P %Z %z', 'Mon Monday Mar March AM am UTC +0000'",
        "'100%% %', '100% %'",
        "'%q %i %', '%q %i %'"
    })
    void conversionsAreThoseOfC(String format, String text) {
        isFormatted(format, text);
    }

    @ParameterizedTest
    @CsvSource({
        "'%-d.%-m. %-H:%M', '2.3. 7:05'",
        "'%_d|%_H|%_j|%-j|%-e', ' 2| 7| 61|61|2'",
        "'%0e|%0k|%010e', '02|07|0000000002'",
        "'%10Y|%05d|%_5S|%5M|%3e|%-3d', '0000002026|00002|    9|00005|  2|  2'",
        "'%10A|%-10A|%010A|%5p', '    Monday|    Monday|0000Monday|   AM'",
        "'%12F|%10T|%4%', '  2026-03-02|  07:05:09|   %'",
        "'%^a %^B %#b %#p %#Z', 'MON MARCH MAR am utc'",
        "'%Ey %Od %OH %-q', '26 02 07 %-q'"
    })
    void flagsAndWidthsAreThoseOfGlibc(String format, String text) {
        isFormatted(format, text);
    }

    /** Noon, midnight, and days whose week belongs to another year. */
    @ParameterizedTest
    @CsvSource({
        "2027-01-01T15:45:06Z, '03  3 PM 15:45 03:45:06 PM', '2026 26 53 00 00 5 5', 1798818306",
        "2024-12-30T00:00:00Z, '12 12 AM 00:00 12:00:00 AM', '2025 25 01 52 53 1 1', 1735516800",
        "2023-01-01T12:30:59Z, '12 12 PM 12:30 12:30:59 PM', '2022 22 52 01 00 7 0', 1672576259"
    })
    void hoursAndWeeksAreThoseOfC(String at, String hours, String weeks, String seconds) {
        ZonedDateTime time = ZonedDateTime.parse(at).withZoneSameInstant(ZoneId.of("UTC"));
        assertThat(new Strftime("%I %l %p %R %r").format(time)).isEqualTo(hours);
        assertThat(new Strftime("%G %g %V %U %W %u %w").format(time)).isEqualTo(weeks);
        assertThat(new Strftime("%s").format(time)).isEqualTo(seconds);
    }

    @Test
    void wholeDatesAreThoseOfC() {
        isFormatted(
                "%D %x %X%t%h%n%c", "03/02/26 03/02/26 07:05:09\tMar\nMon Mar  2 07:05:09 2026");
    }
}
