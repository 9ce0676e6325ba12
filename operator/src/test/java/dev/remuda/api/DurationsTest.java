package dev.remuda.api;

import java.time.Duration;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class DurationsTest {
    @ParameterizedTest
    @CsvSource({"90s,PT90S", "15m,PT15M", "4h,PT4H", "1h30m,PT90M", "1h1s,PT1H1S", "2h3m4s,PT2H3M4S", "0s,PT0S", "999999h,PT999999H", "30d,PT720H", "1d12h,PT36H"})
    void whatUsersWriteIsRead(String text, Duration expected) {
        assertThat(Durations.parse(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "4", "h", "4 h", "4H", "1w", "30m1h", "-4h", "1.5h", "1000000h", "4h\n", "4h4h"})
    void whatIsNoDurationIsRefusedWithAnExample(String text) {
        assertThatThrownBy(() -> Durations.parse(text)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("'" + text + "' is not a duration such as 90s");
    }

    @ParameterizedTest
    @CsvSource({
        "PT0S,0s", "PT0.9S,0s", "PT12S,12s", "PT59.999S,59s", "PT60S,1m", "PT4M10S,4m10s", "PT1H,1h", "PT1H5S,1h", "PT1H2M3S,1h2m", "PT24H,1d",
        "PT76H,3d4h", "PT72H59M,3d", "PT2400H,100d"
    })
    void theTwoLargestUnitsAreShown(Duration duration, String expected) {
        assertThat(Durations.format(duration)).isEqualTo(expected);
    }
}
