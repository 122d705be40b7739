<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="fr_FR">
<context>
    <name>door</name>
    <message>
        <source>Erase a character</source>
        <translation>Effacer un caractère</translation>
    </message>
    <message>
        <source>Other keys</source>
        <translation>Autres touches</translation>
    </message>
    <message>
        <source>Come in with your PIN</source>
        <translation>Entrer avec un code PIN</translation>
    </message>
    <message>
        <source>Type your ID, then your PIN.</source>
        <translation>Saisissez votre identifiant, puis votre code PIN.</translation>
    </message>
    <message>
        <source>Your ID</source>
        <translation>Votre identifiant</translation>
    </message>
    <message>
        <source>PIN</source>
        <translation>Code PIN</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Annuler</translation>
    </message>
    <message>
        <source>Open the door</source>
        <translation>Ouvrir la porte</translation>
    </message>
    <message>
        <source>One moment, please</source>
        <translation>Un instant, s’il vous plaît</translation>
    </message>
    <message>
        <source>PINs cannot be checked just now. Please ask for help.</source>
        <translation>Le code PIN ne peut pas être vérifié pour le moment. Veuillez demander de l’aide.</translation>
    </message>
    <message>
        <source>Please step closer</source>
        <translation>Approchez-vous, s’il vous plaît</translation>
    </message>
    <message>
        <source>Please step back a little</source>
        <translation>Reculez un peu, s’il vous plaît</translation>
    </message>
    <message>
        <source>A little more to the middle, please</source>
        <translation>Un peu plus au milieu, s’il vous plaît</translation>
    </message>
    <message>
        <source>Hold still for a moment</source>
        <translation>Ne bougez plus un instant</translation>
    </message>
    <message>
        <source>It is too dark to see your face</source>
        <translation>Votre visage est trop peu éclairé</translation>
    </message>
    <message>
        <source>There is too much light on your face</source>
        <translation>Votre visage est trop éclairé</translation>
    </message>
    <message>
        <source>Please face the camera</source>
        <translation>Tournez-vous vers la caméra</translation>
    </message>
    <message>
        <source>Please show your whole face</source>
        <translation>Montrez tout votre visage</translation>
    </message>
    <message>
        <source>One person at a time, please</source>
        <translation>Une personne à la fois</translation>
    </message>
    <message>
        <source>The door was opened for you a moment ago</source>
        <translation>La porte vient de s’ouvrir pour vous</translation>
    </message>
    <message>
        <source>A little slower, please</source>
        <translation>Un peu plus lentement</translation>
    </message>
    <message>
        <source>Not quite so far, please</source>
        <translation>Un peu moins loin</translation>
    </message>
    <message>
        <source>The door opens when it knows you</source>
        <translation>La porte s’ouvre quand elle vous reconnaît</translation>
    </message>
    <message>
        <source>Only a little, eyes on the screen</source>
        <translation>Juste un peu, les yeux sur l’écran</translation>
    </message>
    <message>
        <source>Look straight ahead</source>
        <translation>Regardez droit devant vous</translation>
    </message>
    <message>
        <source>Turn your head left</source>
        <translation>Tournez la tête à gauche</translation>
    </message>
    <message>
        <source>Turn your head right</source>
        <translation>Tournez la tête à droite</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>Démarrage</translation>
    </message>
    <message>
        <source>Welcome</source>
        <translation>Bienvenue</translation>
    </message>
    <message>
        <source>Welcome, {name}</source>
        <translation>Bienvenue, {name}</translation>
    </message>
    <message>
        <source>The door is open</source>
        <translation>La porte est ouverte</translation>
    </message>
    <message>
        <source>Face the camera with nothing before your face, or ask for help</source>
        <translation>Faites face à la caméra, le visage dégagé, ou demandez de l’aide</translation>
    </message>
    <message>
        <source>Do what the screen asks, one step at a time, or ask for help</source>
        <translation>Suivez l’écran, une étape à la fois, ou demandez de l’aide</translation>
    </message>
    <message>
        <source>Check your ID, type your PIN again, or ask for help</source>
        <translation>Vérifiez l’identifiant, retapez le code PIN ou demandez de l’aide</translation>
    </message>
    <message>
        <source>Use another way in, or ask for help</source>
        <translation>Entrez par un autre moyen ou demandez de l’aide</translation>
    </message>
    <message>
        <source>Please ask for help</source>
        <translation>Veuillez demander de l’aide</translation>
    </message>
    <message>
        <source>Try again in a moment, or ask for help</source>
        <translation>Réessayez dans un instant ou demandez de l’aide</translation>
    </message>
    <message>
        <source>Too many attempts</source>
        <translation>Trop de tentatives</translation>
    </message>
    <message numerus="yes">
        <source>Try again in %n seconds, or use another way in</source>
        <translation>
            <numerusform>Réessayez dans %n seconde ou entrez par un autre moyen</numerusform>
            <numerusform>Réessayez dans %n secondes ou entrez par un autre moyen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Try again in %n minutes, or use another way in</source>
        <translation>
            <numerusform>Réessayez dans %n minute ou entrez par un autre moyen</numerusform>
            <numerusform>Réessayez dans %n minutes ou entrez par un autre moyen</numerusform>
        </translation>
    </message>
    <message>
        <source>Try again tomorrow, or use another way in</source>
        <translation>Réessayez demain ou entrez par un autre moyen</translation>
    </message>
    <message numerus="yes">
        <source>Try again in %n seconds, or ask for help</source>
        <translation>
            <numerusform>Réessayez dans %n seconde ou demandez de l’aide</numerusform>
            <numerusform>Réessayez dans %n secondes ou demandez de l’aide</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Try again in %n minutes, or ask for help</source>
        <translation>
            <numerusform>Réessayez dans %n minute ou demandez de l’aide</numerusform>
            <numerusform>Réessayez dans %n minutes ou demandez de l’aide</numerusform>
        </translation>
    </message>
    <message>
        <source>Try again tomorrow, or ask for help</source>
        <translation>Réessayez demain ou demandez de l’aide</translation>
    </message>
    <message>
        <source>There is too much light here. Please ask for help.</source>
        <translation>Il y a trop de lumière ici. Veuillez demander de l’aide.</translation>
    </message>
    <message>
        <source>The door is locked</source>
        <translation>La porte est verrouillée</translation>
    </message>
    <message>
        <source>Nobody is let in at the moment. Please ask for help.</source>
        <translation>Personne ne peut entrer pour le moment. Veuillez demander de l’aide.</translation>
    </message>
    <message>
        <source>Out of service</source>
        <translation>Hors service</translation>
    </message>
    <message>
        <source>The camera is dazzled</source>
        <translation>La caméra est éblouie</translation>
    </message>
    <message>
        <source>There is too much light here. Use another way in, or ask for help.</source>
        <translation>Il y a trop de lumière ici. Entrez par un autre moyen ou demandez de l’aide.</translation>
    </message>
    <message>
        <source>No picture from the camera</source>
        <translation>Pas d’image de la caméra</translation>
    </message>
    <message>
        <source>The door is not set up</source>
        <translation>La porte n’est pas configurée</translation>
    </message>
    <message>
        <source>The camera is covered</source>
        <translation>La caméra est couverte</translation>
    </message>
    <message>
        <source>Uncover the camera, or ask for help</source>
        <translation>Dégagez la caméra ou demandez de l’aide</translation>
    </message>
    <message>
        <source>The door may be open</source>
        <translation>La porte est peut-être ouverte</translation>
    </message>
    <message>
        <source>Please pull it shut and ask for help</source>
        <translation>Veuillez la fermer et demander de l’aide</translation>
    </message>
    <message>
        <source>The door did not open</source>
        <translation>La porte ne s’est pas ouverte</translation>
    </message>
    <message>
        <source>The picture is frozen</source>
        <translation>L’image est figée</translation>
    </message>
    <message>
        <source>The door does not answer</source>
        <translation>La porte ne répond pas</translation>
    </message>
    <message>
        <source>Faces cannot be checked</source>
        <translation>Visages impossibles à vérifier</translation>
    </message>
    <message>
        <source>Faces cannot be compared</source>
        <translation>Comparaison des visages impossible</translation>
    </message>
    <message>
        <source>Nothing can be recorded</source>
        <translation>Rien ne peut être enregistré</translation>
    </message>
    <message>
        <source>Faces must be enrolled anew</source>
        <translation>Visages à enregistrer de nouveau</translation>
    </message>
    <message>
        <source>Faces cannot be recognised</source>
        <translation>Visages impossibles à reconnaître</translation>
    </message>
    <message>
        <source>Offline for too long</source>
        <translation>Hors ligne depuis trop longtemps</translation>
    </message>
    <message>
        <source>Something went wrong</source>
        <translation>Une erreur s’est produite</translation>
    </message>
    <message>
        <source>The camera is too slow</source>
        <translation>La caméra est trop lente</translation>
    </message>
    <message>
        <source>The door is offline</source>
        <translation>La porte est hors ligne</translation>
    </message>
    <message>
        <source>Step in front of the camera</source>
        <translation>Placez-vous devant la caméra</translation>
    </message>
    <message>
        <source>Look at the camera</source>
        <translation>Regardez la caméra</translation>
    </message>
    <message>
        <source>Access denied</source>
        <translation>Accès refusé</translation>
    </message>
    <message>
        <source>PIN instead</source>
        <translation>Avec un code PIN</translation>
    </message>
    <message>
        <source>Language: {name}</source>
        <translation>Langue : {name}</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>Gestion</translation>
    </message>
    <message>
        <source>Faces are being loaded: {percent} %</source>
        <translation>Chargement des visages : {percent} %</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>Hors ligne</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Retour</translation>
    </message>
</context>
</TS>
