<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="es_ES">
<context>
    <name>door</name>
    <message>
        <source>Erase a character</source>
        <translation>Borrar un carácter</translation>
    </message>
    <message>
        <source>Other keys</source>
        <translation>Otras teclas</translation>
    </message>
    <message>
        <source>Come in with your PIN</source>
        <translation>Entrar con PIN</translation>
    </message>
    <message>
        <source>Type your ID, then your PIN.</source>
        <translation>Escriba su identificador y después su PIN.</translation>
    </message>
    <message>
        <source>Your ID</source>
        <translation>Su identificador</translation>
    </message>
    <message>
        <source>PIN</source>
        <translation>PIN</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Cancelar</translation>
    </message>
    <message>
        <source>Open the door</source>
        <translation>Abrir la puerta</translation>
    </message>
    <message>
        <source>One moment, please</source>
        <translation>Un momento, por favor</translation>
    </message>
    <message>
        <source>PINs cannot be checked just now. Please ask for help.</source>
        <translation>Ahora no se puede comprobar el PIN. Pida ayuda, por favor.</translation>
    </message>
    <message>
        <source>Please step closer</source>
        <translation>Acérquese, por favor</translation>
    </message>
    <message>
        <source>Please step back a little</source>
        <translation>Retroceda un poco, por favor</translation>
    </message>
    <message>
        <source>A little more to the middle, please</source>
        <translation>Un poco más al centro, por favor</translation>
    </message>
    <message>
        <source>Hold still for a moment</source>
        <translation>No se mueva un momento</translation>
    </message>
    <message>
        <source>It is too dark to see your face</source>
        <translation>Hay poca luz para ver su cara</translation>
    </message>
    <message>
        <source>There is too much light on your face</source>
        <translation>Hay demasiada luz en su cara</translation>
    </message>
    <message>
        <source>Please face the camera</source>
        <translation>Mire de frente a la cámara</translation>
    </message>
    <message>
        <source>Please show your whole face</source>
        <translation>Muestre toda la cara, por favor</translation>
    </message>
    <message>
        <source>One person at a time, please</source>
        <translation>Una sola persona a la vez, por favor</translation>
    </message>
    <message>
        <source>The door was opened for you a moment ago</source>
        <translation>La puerta se le acaba de abrir</translation>
    </message>
    <message>
        <source>A little slower, please</source>
        <translation>Un poco más despacio, por favor</translation>
    </message>
    <message>
        <source>Not quite so far, please</source>
        <translation>No gire tanto, por favor</translation>
    </message>
    <message>
        <source>The door opens when it knows you</source>
        <translation>La puerta se abre cuando le reconoce</translation>
    </message>
    <message>
        <source>Only a little, eyes on the screen</source>
        <translation>Solo un poco, mirando a la pantalla</translation>
    </message>
    <message>
        <source>Look straight ahead</source>
        <translation>Mire al frente</translation>
    </message>
    <message>
        <source>Turn your head left</source>
        <translation>Gire la cabeza a la izquierda</translation>
    </message>
    <message>
        <source>Turn your head right</source>
        <translation>Gire la cabeza a la derecha</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>Iniciando</translation>
    </message>
    <message>
        <source>Welcome</source>
        <translation>Adelante</translation>
    </message>
    <message>
        <source>Welcome, {name}</source>
        <translation>Adelante, {name}</translation>
    </message>
    <message>
        <source>The door is open</source>
        <translation>La puerta está abierta</translation>
    </message>
    <message>
        <source>Face the camera with nothing before your face, or ask for help</source>
        <translation>Mire a la cámara con la cara despejada o pida ayuda</translation>
    </message>
    <message>
        <source>Do what the screen asks, one step at a time, or ask for help</source>
        <translation>Siga la pantalla paso a paso o pida ayuda</translation>
    </message>
    <message>
        <source>Check your ID, type your PIN again, or ask for help</source>
        <translation>Revise su identificador, escriba de nuevo el PIN o pida ayuda</translation>
    </message>
    <message>
        <source>Use another way in, or ask for help</source>
        <translation>Entre de otra manera o pida ayuda</translation>
    </message>
    <message>
        <source>Please ask for help</source>
        <translation>Por favor, pida ayuda</translation>
    </message>
    <message>
        <source>Try again in a moment, or ask for help</source>
        <translation>Inténtelo de nuevo en un momento o pida ayuda</translation>
    </message>
    <message>
        <source>Too many attempts</source>
        <translation>Demasiados intentos</translation>
    </message>
    <message numerus="yes">
        <source>Try again in %n seconds, or use another way in</source>
        <translation>
            <numerusform>Inténtelo de nuevo en %n segundo o entre de otra manera</numerusform>
            <numerusform>Inténtelo de nuevo en %n segundos o entre de otra manera</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Try again in %n minutes, or use another way in</source>
        <translation>
            <numerusform>Inténtelo de nuevo en %n minuto o entre de otra manera</numerusform>
            <numerusform>Inténtelo de nuevo en %n minutos o entre de otra manera</numerusform>
        </translation>
    </message>
    <message>
        <source>Try again tomorrow, or use another way in</source>
        <translation>Inténtelo de nuevo mañana o entre de otra manera</translation>
    </message>
    <message numerus="yes">
        <source>Try again in %n seconds, or ask for help</source>
        <translation>
            <numerusform>Inténtelo de nuevo en %n segundo o pida ayuda</numerusform>
            <numerusform>Inténtelo de nuevo en %n segundos o pida ayuda</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Try again in %n minutes, or ask for help</source>
        <translation>
            <numerusform>Inténtelo de nuevo en %n minuto o pida ayuda</numerusform>
            <numerusform>Inténtelo de nuevo en %n minutos o pida ayuda</numerusform>
        </translation>
    </message>
    <message>
        <source>Try again tomorrow, or ask for help</source>
        <translation>Inténtelo de nuevo mañana o pida ayuda</translation>
    </message>
    <message>
        <source>There is too much light here. Please ask for help.</source>
        <translation>Aquí hay demasiada luz. Por favor, pida ayuda.</translation>
    </message>
    <message>
        <source>The door is locked</source>
        <translation>La puerta está bloqueada</translation>
    </message>
    <message>
        <source>Nobody is let in at the moment. Please ask for help.</source>
        <translation>En este momento no puede entrar nadie. Pida ayuda, por favor.</translation>
    </message>
    <message>
        <source>Out of service</source>
        <translation>Fuera de servicio</translation>
    </message>
    <message>
        <source>The camera is dazzled</source>
        <translation>La cámara está deslumbrada</translation>
    </message>
    <message>
        <source>There is too much light here. Use another way in, or ask for help.</source>
        <translation>Aquí hay demasiada luz. Entre de otra manera o pida ayuda.</translation>
    </message>
    <message>
        <source>No picture from the camera</source>
        <translation>La cámara no da imagen</translation>
    </message>
    <message>
        <source>The door is not set up</source>
        <translation>La puerta no está configurada</translation>
    </message>
    <message>
        <source>The camera is covered</source>
        <translation>La cámara está tapada</translation>
    </message>
    <message>
        <source>Uncover the camera, or ask for help</source>
        <translation>Destape la cámara o pida ayuda</translation>
    </message>
    <message>
        <source>The door may be open</source>
        <translation>La puerta puede estar abierta</translation>
    </message>
    <message>
        <source>Please pull it shut and ask for help</source>
        <translation>Ciérrela, por favor, y pida ayuda</translation>
    </message>
    <message>
        <source>The door did not open</source>
        <translation>La puerta no se ha abierto</translation>
    </message>
    <message>
        <source>The picture is frozen</source>
        <translation>La imagen está congelada</translation>
    </message>
    <message>
        <source>The door does not answer</source>
        <translation>La puerta no responde</translation>
    </message>
    <message>
        <source>Faces cannot be checked</source>
        <translation>No se pueden comprobar caras</translation>
    </message>
    <message>
        <source>Faces cannot be compared</source>
        <translation>No se pueden comparar las caras</translation>
    </message>
    <message>
        <source>Nothing can be recorded</source>
        <translation>No se puede registrar nada</translation>
    </message>
    <message>
        <source>Faces must be enrolled anew</source>
        <translation>Hay que registrar caras de nuevo</translation>
    </message>
    <message>
        <source>Faces cannot be recognised</source>
        <translation>No se reconocen las caras</translation>
    </message>
    <message>
        <source>Offline for too long</source>
        <translation>Demasiado tiempo sin conexión</translation>
    </message>
    <message>
        <source>Something went wrong</source>
        <translation>Algo ha fallado</translation>
    </message>
    <message>
        <source>The camera is too slow</source>
        <translation>La cámara es demasiado lenta</translation>
    </message>
    <message>
        <source>The door is offline</source>
        <translation>La puerta no tiene conexión</translation>
    </message>
    <message>
        <source>Step in front of the camera</source>
        <translation>Póngase delante de la cámara</translation>
    </message>
    <message>
        <source>Look at the camera</source>
        <translation>Mire a la cámara</translation>
    </message>
    <message>
        <source>Access denied</source>
        <translation>Acceso denegado</translation>
    </message>
    <message>
        <source>PIN instead</source>
        <translation>Entrar con PIN</translation>
    </message>
    <message>
        <source>Language: {name}</source>
        <translation>Idioma: {name}</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>Gestión</translation>
    </message>
    <message>
        <source>Faces are being loaded: {percent} %</source>
        <translation>Se cargan las caras: {percent} %</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>Sin conexión</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Volver</translation>
    </message>
</context>
</TS>
