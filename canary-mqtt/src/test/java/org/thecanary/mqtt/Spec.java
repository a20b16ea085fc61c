// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The normative statements that a test proves, by their numbers in MQTT 5 such as {@code MQTT-3.3.1-5}; those of MQTT
 * 3.1.1 are prefixed {@code v3:}, as in {@code v3:MQTT-3.1.2-24}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Spec {
    String[] value();
}
