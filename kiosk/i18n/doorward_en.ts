<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US">
<context>
    <name>door</name>
    <message numerus="yes">
        <source>Try again in %n seconds, or use another way in</source>
        <translation>
            <numerusform>Try again in %n second, or use another way in</numerusform>
            <numerusform>Try again in %n seconds, or use another way in</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Try again in %n minutes, or use another way in</source>
        <translation>
            <numerusform>Try again in %n minute, or use another way in</numerusform>
            <numerusform>Try again in %n minutes, or use another way in</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Try again in %n seconds, or ask for help</source>
        <translation>
            <numerusform>Try again in %n second, or ask for help</numerusform>
            <numerusform>Try again in %n seconds, or ask for help</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Try again in %n minutes, or ask for help</source>
        <translation>
            <numerusform>Try again in %n minute, or ask for help</numerusform>
            <numerusform>Try again in %n minutes, or ask for help</numerusform>
        </translation>
    </message>
</context>
</TS>
