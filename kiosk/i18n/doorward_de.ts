<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE">
<context>
    <name>door</name>
    <message>
        <source>Erase a character</source>
        <translation>Zeichen löschen</translation>
    </message>
    <message>
        <source>Other keys</source>
        <translation>Andere Tasten</translation>
    </message>
    <message>
        <source>Come in with your PIN</source>
        <translation>Eintritt mit PIN</translation>
    </message>
    <message>
        <source>Type your ID, then your PIN.</source>
        <translation>Geben Sie Ihre Kennung ein, dann Ihre PIN.</translation>
    </message>
    <message>
        <source>Your ID</source>
        <translation>Ihre Kennung</translation>
    </message>
    <message>
        <source>PIN</source>
        <translation>PIN</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Open the door</source>
        <translation>Tür öffnen</translation>
    </message>
    <message>
        <source>One moment, please</source>
        <translation>Einen Moment, bitte</translation>
    </message>
    <message>
        <source>PINs cannot be checked just now. Please ask for help.</source>
        <translation>PINs können gerade nicht geprüft werden. Bitte holen Sie Hilfe.</translation>
    </message>
    <message>
        <source>Please step closer</source>
        <translation>Bitte treten Sie näher</translation>
    </message>
    <message>
        <source>Please step back a little</source>
        <translation>Bitte treten Sie etwas zurück</translation>
    </message>
    <message>
        <source>A little more to the middle, please</source>
        <translation>Bitte etwas mehr zur Mitte</translation>
    </message>
    <message>
        <source>Hold still for a moment</source>
        <translation>Bitte einen Moment stillhalten</translation>
    </message>
    <message>
        <source>It is too dark to see your face</source>
        <translation>Hier ist es zu dunkel für die Kamera</translation>
    </message>
    <message>
        <source>There is too much light on your face</source>
        <translation>Ihr Gesicht ist zu hell beleuchtet</translation>
    </message>
    <message>
        <source>Please face the camera</source>
        <translation>Bitte drehen Sie sich zur Kamera</translation>
    </message>
    <message>
        <source>Please show your whole face</source>
        <translation>Bitte zeigen Sie Ihr ganzes Gesicht</translation>
    </message>
    <message>
        <source>One person at a time, please</source>
        <translation>Bitte immer nur eine Person</translation>
    </message>
    <message>
        <source>The door was opened for you a moment ago</source>
        <translation>Die Tür wurde Ihnen eben erst geöffnet</translation>
    </message>
    <message>
        <source>A little slower, please</source>
        <translation>Bitte etwas langsamer</translation>
    </message>
    <message>
        <source>Not quite so far, please</source>
        <translation>Bitte nicht ganz so weit</translation>
    </message>
    <message>
        <source>The door opens when it knows you</source>
        <translation>Die Tür öffnet, wenn sie Sie erkennt</translation>
    </message>
    <message>
        <source>Only a little, eyes on the screen</source>
        <translation>Nur ein wenig, Blick auf den Bildschirm</translation>
    </message>
    <message>
        <source>Look straight ahead</source>
        <translation>Schauen Sie geradeaus</translation>
    </message>
    <message>
        <source>Turn your head left</source>
        <translation>Kopf nach links drehen</translation>
    </message>
    <message>
        <source>Turn your head right</source>
        <translation>Kopf nach rechts drehen</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>Wird gestartet</translation>
    </message>
    <message>
        <source>Welcome</source>
        <translation>Willkommen</translation>
    </message>
    <message>
        <source>Welcome, {name}</source>
        <translation>Willkommen, {name}</translation>
    </message>
    <message>
        <source>The door is open</source>
        <translation>Die Tür ist offen</translation>
    </message>
    <message>
        <source>Face the camera with nothing before your face, or ask for help</source>
        <translation>Schauen Sie mit freiem Gesicht in die Kamera oder holen Sie Hilfe</translation>
    </message>
    <message>
        <source>Do what the screen asks, one step at a time, or ask for help</source>
        <translation>Folgen Sie dem Bildschirm Schritt für Schritt oder holen Sie Hilfe</translation>
    </message>
    <message>
        <source>Check your ID, type your PIN again, or ask for help</source>
        <translation>Prüfen Sie Ihre Kennung, geben Sie die PIN erneut ein oder holen Sie Hilfe</translation>
    </message>
    <message>
        <source>Use another way in, or ask for help</source>
        <translation>Nutzen Sie einen anderen Zugang oder holen Sie Hilfe</translation>
    </message>
    <message>
        <source>Please ask for help</source>
        <translation>Bitte holen Sie Hilfe</translation>
    </message>
    <message>
        <source>Try again in a moment, or ask for help</source>
        <translation>Versuchen Sie es gleich noch einmal oder holen Sie Hilfe</translation>
    </message>
    <message>
        <source>Too many attempts</source>
        <translation>Zu viele Versuche</translation>
    </message>
    <message numerus="yes">
        <source>Try again in %n seconds, or use another way in</source>
        <translation>
            <numerusform>Neuer Versuch in %n Sekunde, oder nutzen Sie einen anderen Zugang</numerusform>
            <numerusform>Neuer Versuch in %n Sekunden, oder nutzen Sie einen anderen Zugang</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Try again in %n minutes, or use another way in</source>
        <translation>
            <numerusform>Neuer Versuch in %n Minute, oder nutzen Sie einen anderen Zugang</numerusform>
            <numerusform>Neuer Versuch in %n Minuten, oder nutzen Sie einen anderen Zugang</numerusform>
        </translation>
    </message>
    <message>
        <source>Try again tomorrow, or use another way in</source>
        <translation>Neuer Versuch morgen, oder nutzen Sie einen anderen Zugang</translation>
    </message>
    <message numerus="yes">
        <source>Try again in %n seconds, or ask for help</source>
        <translation>
            <numerusform>Neuer Versuch in %n Sekunde, oder holen Sie Hilfe</numerusform>
            <numerusform>Neuer Versuch in %n Sekunden, oder holen Sie Hilfe</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Try again in %n minutes, or ask for help</source>
        <translation>
            <numerusform>Neuer Versuch in %n Minute, oder holen Sie Hilfe</numerusform>
            <numerusform>Neuer Versuch in %n Minuten, oder holen Sie Hilfe</numerusform>
        </translation>
    </message>
    <message>
        <source>Try again tomorrow, or ask for help</source>
        <translation>Neuer Versuch morgen, oder holen Sie Hilfe</translation>
    </message>
    <message>
        <source>There is too much light here. Please ask for help.</source>
        <translation>Hier ist es zu hell. Bitte holen Sie Hilfe.</translation>
    </message>
    <message>
        <source>The door is locked</source>
        <translation>Die Tür ist gesperrt</translation>
    </message>
    <message>
        <source>Nobody is let in at the moment. Please ask for help.</source>
        <translation>Zurzeit wird niemand eingelassen. Bitte holen Sie Hilfe.</translation>
    </message>
    <message>
        <source>Out of service</source>
        <translation>Außer Betrieb</translation>
    </message>
    <message>
        <source>The camera is dazzled</source>
        <translation>Die Kamera ist geblendet</translation>
    </message>
    <message>
        <source>There is too much light here. Use another way in, or ask for help.</source>
        <translation>Hier ist es zu hell. Nutzen Sie einen anderen Zugang oder holen Sie Hilfe.</translation>
    </message>
    <message>
        <source>No picture from the camera</source>
        <translation>Kein Bild von der Kamera</translation>
    </message>
    <message>
        <source>The door is not set up</source>
        <translation>Die Tür ist nicht eingerichtet</translation>
    </message>
    <message>
        <source>The camera is covered</source>
        <translation>Die Kamera ist verdeckt</translation>
    </message>
    <message>
        <source>Uncover the camera, or ask for help</source>
        <translation>Geben Sie die Kamera frei oder holen Sie Hilfe</translation>
    </message>
    <message>
        <source>The door may be open</source>
        <translation>Die Tür ist vielleicht offen</translation>
    </message>
    <message>
        <source>Please pull it shut and ask for help</source>
        <translation>Bitte ziehen Sie sie zu und holen Sie Hilfe</translation>
    </message>
    <message>
        <source>The door did not open</source>
        <translation>Die Tür ging nicht auf</translation>
    </message>
    <message>
        <source>The picture is frozen</source>
        <translation>Das Bild steht still</translation>
    </message>
    <message>
        <source>The door does not answer</source>
        <translation>Die Tür antwortet nicht</translation>
    </message>
    <message>
        <source>Faces cannot be checked</source>
        <translation>Gesichter sind nicht prüfbar</translation>
    </message>
    <message>
        <source>Faces cannot be compared</source>
        <translation>Kein Gesichtsvergleich möglich</translation>
    </message>
    <message>
        <source>Nothing can be recorded</source>
        <translation>Nichts kann aufgezeichnet werden</translation>
    </message>
    <message>
        <source>Faces must be enrolled anew</source>
        <translation>Gesichter sind neu zu erfassen</translation>
    </message>
    <message>
        <source>Faces cannot be recognised</source>
        <translation>Gesichter werden nicht erkannt</translation>
    </message>
    <message>
        <source>Offline for too long</source>
        <translation>Zu lange offline</translation>
    </message>
    <message>
        <source>Something went wrong</source>
        <translation>Etwas ist schiefgegangen</translation>
    </message>
    <message>
        <source>The camera is too slow</source>
        <translation>Die Kamera ist zu langsam</translation>
    </message>
    <message>
        <source>The door is offline</source>
        <translation>Die Tür hat keine Verbindung</translation>
    </message>
    <message>
        <source>Step in front of the camera</source>
        <translation>Treten Sie vor die Kamera</translation>
    </message>
    <message>
        <source>Look at the camera</source>
        <translation>Schauen Sie in die Kamera</translation>
    </message>
    <message>
        <source>Access denied</source>
        <translation>Kein Zutritt</translation>
    </message>
    <message>
        <source>PIN instead</source>
        <translation>Mit PIN</translation>
    </message>
    <message>
        <source>Language: {name}</source>
        <translation>Sprache: {name}</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>Verwaltung</translation>
    </message>
    <message>
        <source>Faces are being loaded: {percent} %</source>
        <translation>Gesichter werden geladen: {percent} %</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>Offline</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
</context>
</TS>
